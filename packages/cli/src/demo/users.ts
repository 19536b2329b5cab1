import { join } from 'node:path';
import { type AnySynapse, VisionError } from '@vision-sdk/core';
import { ClipEmbeddings, TextToImage, Upscale } from '@vision-sdk/core/synapses';
import { encodePng, type Raster } from '@vision-sdk/image';
import { defaultPlugins } from '../default-plugins.ts';
import { writeUserFile } from '../files.ts';
import { askValidator, type Gateway } from '../run/validator-client.ts';
import { type Exhibit, granted, likenesses, type Order, pictureIn, upscaled } from './exhibits.ts';
import { judgePhoto, type Photo, type PhotoResult } from './photo.ts';
import { contactSheet } from './sheet/contact-sheet.ts';
import { loadLetters } from './sheet/letters.ts';
import { WISHES, type Wish } from './wishes.ts';

const CLIP = '@vision-sdk/plugin-clip';
/** How often a user asks for the same. */
const TRIES = 3;
/** Statuses of a gateway that had no good answer this time: of no miner, for want of miners, in time. */
const PASSING: readonly unknown[] = [502, 503, 504];
/** What is compared with all other pictures. */
const COMPARED = 'star';

/** Users of the subnet: they send prompts and a photograph through the gateway, and keep what comes back. */
export class Users {
  readonly #gateway: Gateway;
  readonly #out: string;
  readonly #exhibits = new Map<string, Exhibit>();
  readonly #pictures = new Map<string, Raster>();
  readonly #installed: ReadonlySet<string> = new Set(defaultPlugins().map(([name]) => name));

  constructor(gateway: Gateway, out: string) {
    this.#gateway = gateway;
    this.#out = out;
  }

  /** Has the photograph made larger, writes it and judges it. Throws RESPONSE_EMPTY and what the gateway says. */
  async sendPhoto(photo: Photo): Promise<PhotoResult> {
    const png = pictureIn(Upscale, await this.#order(Upscale, { image: photo.halved }));
    await writeUserFile(join(this.#out, 'photo-x2.png'), png, { replace: true });
    this.#exhibits.set('upscale', await upscaled(photo, png));
    return judgePhoto(png, photo);
  }

  /** Has pictures made from words. */
  async sendWords(): Promise<void> {
    await this.#wish(({ synapse }) => synapse === TextToImage);
  }

  /** Everything else that there are models for, on pictures that words have made. */
  async sendTheRest(): Promise<void> {
    await this.#wish(({ synapse }) => synapse !== TextToImage);
    if (this.#installed.has(CLIP)) await this.#compare();
  }

  /** True once miners serve all that is going to be asked for. */
  async allIsServed(): Promise<boolean> {
    const health = await fetch(new URL('/health', this.#gateway.url));
    const { miners } = (await health.json()) as { readonly miners: Readonly<Record<string, number>> };
    const wanted = [...this.#wishes().map(({ synapse }) => synapse), ...(this.#installed.has(CLIP) ? [ClipEmbeddings] : [])];
    return wanted.every(({ name }) => (miners[name] ?? 0) > 0);
  }

  /** Writes one picture of all that came back. */
  async writeContactSheet(): Promise<void> {
    const names = [...WISHES.map(({ name }) => name), 'upscale', ClipEmbeddings.name];
    const exhibits = names.flatMap((name) => this.#exhibits.get(name) ?? []);
    await this.#write('contact-sheet.png', contactSheet(exhibits, await loadLetters()));
  }

  #wishes(): readonly Wish[] {
    return WISHES.filter(({ plugin }) => this.#installed.has(plugin));
  }

  async #wish(wanted: (wish: Wish) => boolean): Promise<void> {
    await Promise.all(
      this.#wishes()
        .filter(wanted)
        .map(async (wish) => {
          const exhibit = await granted(wish, this.#order, this.#pictures);
          this.#exhibits.set(wish.name, exhibit);
          this.#pictures.set(wish.name, exhibit.picture);
          await this.#write(join('pictures', `${wish.name}.png`), exhibit.picture);
        }),
    );
  }

  async #compare(): Promise<void> {
    const others = [...this.#pictures].filter(([name]) => name !== COMPARED).map(([, picture]) => picture);
    this.#exhibits.set(ClipEmbeddings.name, await likenesses(this.#pictures.get(COMPARED)!, others, this.#order));
  }

  async #write(name: string, picture: Raster): Promise<void> {
    await writeUserFile(join(this.#out, name), await encodePng(picture), { replace: true });
  }

  /** As a user does who prefers a checked answer to a quick one, and tries again when there is none. */
  readonly #order: Order = async (synapse: AnySynapse, request) => {
    const call = { synapse, request: request as never, headers: { 'vision-verify': 'true' } };
    for (let left = TRIES - 1; left > 0; left--) {
      try {
        return await askValidator(this.#gateway, call);
      } catch (error) {
        if (!mayPass(error)) throw error;
      }
    }
    return askValidator(this.#gateway, call);
  };
}

/** True where asking again may help: a wrong key or a wrong request stays wrong. */
function mayPass(error: unknown): boolean {
  if (VisionError.is(error, 'VISION_CLI_VALIDATOR_REFUSED'))
    return PASSING.includes((error.details as { readonly status?: unknown }).status);
  return VisionError.is(error, 'VISION_CLI_VALIDATOR_UNREACHABLE') && (error.cause as Error | undefined)?.name === 'TimeoutError';
}
