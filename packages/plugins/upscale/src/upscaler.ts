import { decodeBase64Image, encodePngBase64, type Raster } from '@vision-sdk/image';
import { type EnlargeContext, enlarge } from './enlarge.ts';
import { fail } from './errors.ts';
import type { Network } from './network.ts';
import type { UpscaleOptions } from './options.ts';
import type { Plan } from './tiling/plan.ts';
import { visionPlan } from './tiling/vision.ts';
import { wholePlan } from './tiling/whole.ts';

/** What decides how pictures are cut and which are refused. */
export type UpscalerSettings = Pick<UpscaleOptions, 'tile' | 'maxOutputPixels'> & {
  readonly tiling: NonNullable<UpscaleOptions['tiling']>;
};

/** A loaded network with the settings of the plugin: base64 in, base64 PNG out. */
export class Upscaler implements AsyncDisposable {
  readonly #network: Network;
  readonly #planFor: (height: number, width: number) => Plan;
  readonly #maxPixels: number;

  /** Takes over the network. Throws `VISION_UPSCALE_FIXED_SIZE` where the settings ask for sizes that it does not take. */
  constructor(network: Network, settings: UpscalerSettings) {
    this.#network = network;
    this.#planFor = planner(network, settings);
    this.#maxPixels = Math.floor(settings.maxOutputPixels / network.scale ** 2);
  }

  /** Enlarges a PNG, JPEG or WebP. Throws `VISION_IMAGE_*` for what is no picture or too large, before any pixel is decoded. */
  async upscale(image: string, context: EnlargeContext): Promise<string> {
    context.signal.throwIfAborted();
    const picture = await decodeBase64Image(image, { caps: { maxPixels: this.#maxPixels } });
    return encodePngBase64(await this.enlarge(picture, context));
  }

  /** Enlarges decoded pixels. */
  async enlarge(picture: Raster, context: EnlargeContext): Promise<Raster> {
    return enlarge(this.#network, picture, this.#planFor(picture.height, picture.width), context);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#network[Symbol.asyncDispose]();
  }
}

function planner(network: Network, { tiling, tile }: UpscalerSettings): (height: number, width: number) => Plan {
  if (tiling === 'whole') {
    checkOpen(network);
    return (height, width) => wholePlan(height, width, { ...tile, size: tile.size ?? 512 });
  }
  const batch = network.fixed.batch ?? tile.batch;
  const sides = tileSides(network, tile);
  const fill = network.fixed.batch === undefined ? (plan: Plan) => plan : (plan: Plan) => filled(plan, batch);
  return (height, width) => fill(visionPlan(height, width, { ...tile, ...sides, batch }));
}

function checkOpen({ path, fixed }: Network): void {
  if (fixed.height === undefined && fixed.width === undefined && (fixed.batch ?? 1) === 1) return;
  throw fixedSize(path, fixed, 'a picture in one piece has any size');
}

/** Height and width of what one tile gives: what the options say, or what is left of a fixed side inside the border. */
function tileSides(
  { path, fixed }: Network,
  { size, border }: UpscaleOptions['tile'],
): { readonly height: number; readonly width: number } {
  const sideOf = (insisted: number | undefined) => {
    if (insisted === undefined) return size ?? 192;
    const inside = insisted - 2 * border;
    if (inside < 1) throw fixedSize(path, fixed, `nothing is left inside a border of ${border}`);
    if (size !== undefined && size !== inside) throw fixedSize(path, fixed, `tiles are ${inside} pixels wide then, not ${size}`);
    return inside;
  };
  return { height: sideOf(fixed.height), width: sideOf(fixed.width) };
}

/** For a network that insists on so many tiles at once: the last tile of a run is repeated, which writes the same bytes again. */
function filled(plan: Plan, batch: number): Plan {
  const runs = plan.runs.map((tiles) => Array.from({ length: batch }, (_, i) => tiles[Math.min(i, tiles.length - 1)]!));
  return { ...plan, runs };
}

function fixedSize(path: string, { width, height }: Network['fixed'], reason: string) {
  return fail('FIXED_SIZE', { path, width: width ?? 'any', height: height ?? 'any', reason });
}
