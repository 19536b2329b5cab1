import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '@vision-sdk/core';
import { writeTinyControlNet, writeTinyKandinsky, writeTinyStableDiffusion } from '@vision-sdk/diffusion/testing';
import { decodeBase64Image, encodePngBase64, type Raster } from '@vision-sdk/image';
import type { VisionConfig } from '@vision-sdk/neuron/host';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { goldenJson, hasGoldens } from '../packages/diffusion/test/goldens.ts';
import { Subnet } from './subnet/subnet.ts';

interface Recorded {
  readonly model: string;
  readonly change: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
  readonly ok: boolean;
}

const OPERATIONS = ['TextToImage', 'ImageToImage', 'Inpaint', 'Scribble'] as const;
type Operation = (typeof OPERATIONS)[number];
const ROUTES = { TextToImage: 'text-to-image', ImageToImage: 'image-to-image', Inpaint: 'inpaint', Scribble: 'scribble' } as const;
const PROMPT = {
  text_prompts: [
    { text: 'a red house', weight: 1 },
    { text: 'rain', weight: -1 },
  ],
};
const MODELS = ['sdxl-turbo', 'kandinsky', 'scribble'];
const QUIET = { syntheticIntervalMs: 3_600_000, organicRoundRate: 0 };

const here = hasGoldens('vision');
const cases: readonly Recorded[] = here ? goldenJson<{ cases: Recorded[] }>('vision/request_validation.json').cases : [];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vision-tiny-models-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Plugins on tiny weights that say to be as large as the published ones, or as small as they are. */
async function plugins(size: 'published' | 'tiny'): Promise<NonNullable<VisionConfig['plugins']>> {
  const at = (name: string) => join(folder, size, name);
  const [xl, sd] = size === 'published' ? [128, 64] : [8, 8];
  const drawing = await writeTinyStableDiffusion(at('drawing'), { kind: 'sd', residuals: true, sampleSize: sd });
  const controlnet = await writeTinyControlNet(at('controlnet'), { kind: 'sd' });
  return [
    ['@vision-sdk/plugin-sdxl-turbo', { model: await writeTinyStableDiffusion(at('sdxl'), { kind: 'sdxl', sampleSize: xl }) }],
    ['@vision-sdk/plugin-kandinsky', { model: await writeTinyKandinsky(at('kandinsky'), { sampleSize: sd }) }],
    ['@vision-sdk/plugin-scribble', { model: drawing, controlnet }],
  ];
}

function picture(width: number, height: number, channels: 1 | 3 = 3): Raster {
  const random = createRandom(width);
  return { width, height, channels, data: Uint8Array.from({ length: width * height * channels }, () => random() * 256) };
}

/** A subnet and its user. */
class Shop implements AsyncDisposable {
  readonly subnet: Subnet;

  constructor(subnet: Subnet) {
    this.subnet = subnet;
  }

  static async open(
    size: 'published' | 'tiny',
    options: { readonly miners: readonly string[]; readonly validator: VisionConfig['validator'] },
  ) {
    const devices = { cpu: { memory: '64GiB', threads: 1 } };
    const shop = new Shop(await Subnet.start({ ...options, plugins: await plugins(size), common: { devices, pinned: MODELS } }));
    await shop.subnet.until('an operation of each kind to be sold', () => shop.#sells());
    return shop;
  }

  async #sells(): Promise<boolean> {
    return (await this.metrics()).includes('vision_validator_miners 1') || (await this.metrics()).includes('vision_validator_miners 2');
  }

  async metrics(): Promise<string> {
    const { door } = this.subnet;
    return door === undefined ? '' : (await fetch(`${door.url}/metrics`)).text();
  }

  async buy(operation: Operation, body: object) {
    const { url, apiKey } = this.subnet.door!;
    const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
    const reply = await fetch(`${url}/${ROUTES[operation]}`, { method: 'POST', headers, body: JSON.stringify(body) });
    const { detail, image_b64s: images } = (await reply.json()) as { detail?: string; image_b64s?: string[] };
    const sold = images?.[0] === undefined ? undefined : await decodeBase64Image(images[0]);
    return { status: reply.status, detail, size: sold === undefined ? undefined : [sold.width, sold.height], picture: sold };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.subnet[Symbol.asyncDispose]();
  }
}

describe("a subnet of models as large as Vision's, asked as Vision was", () => {
  let shop: Shop;
  let [photo, mask] = ['', ''];
  beforeAll(async () => {
    [photo, mask] = await Promise.all([encodePngBase64(picture(600, 520)), encodePngBase64(picture(600, 520, 1))]);
    shop = await Shop.open('published', { miners: ['one'], validator: QUIET });
  }, 120_000);
  afterAll(() => shop?.[Symbol.asyncDispose](), 60_000);

  const pictures = () => ({ init_image: photo, mask_image: mask });

  it.each([
    ['TextToImage', {}, [1024, 1024]],
    ['TextToImage', { engine: 'kandinsky-2.2', steps: 20, cfg_scale: 4, height: 512, width: 640 }, [640, 512]],
    ['ImageToImage', { steps: 6, cfg_scale: 2 }, [600, 520]],
    ['ImageToImage', { engine: 'kandinsky-2.2', steps: 20, cfg_scale: 4, height: 512, width: 576 }, [576, 512]],
    ['Inpaint', { engine: 'kandinsky-2.2', steps: 20, cfg_scale: 4 }, [640, 576]],
    ['Inpaint', {}, [640, 576]],
    ['Scribble', { steps: 7, cfg_scale: 2, height: 512, width: 512 }, [512, 512]],
    ['Scribble', { engine: 'stable-diffusion-1.5' }, [640, 576]],
  ] as const)('%s with %j', { timeout: 60_000 }, async (operation, change, size) => {
    const own = operation === 'TextToImage' ? {} : operation === 'Inpaint' ? pictures() : { init_image: photo };
    const sold = await shop.buy(operation, { ...PROMPT, ...own, ...change });
    expect(sold, sold.detail).toMatchObject({ status: 200, size });
    expect(new Set(sold.picture!.data).size).toBeGreaterThan(16);
  });

  const refused = cases.filter(({ ok }) => !ok);
  it.skipIf(!here)(`all ${refused.length} bodies that Vision refused (VISION_GOLDENS)`, async () => {
    expect(refused.length).toBeGreaterThan(25);
    for (const { model, body, change } of refused) {
      const { status } = await shop.buy(model.replace('Request', '') as Operation, body);
      expect(status, JSON.stringify(change)).toBe(422);
    }
  });

  const taken = cases.filter(({ ok, body, change }) => ok && body.engine === 'stable-diffusion-xl-turbo' && !('image_strength' in change));
  it.skipIf(!here)('bodies that Vision took, unchanged (VISION_GOLDENS)', { timeout: 120_000 }, async () => {
    const each = OPERATIONS.flatMap((operation) => taken.filter(({ model }) => model === `${operation}Request`).slice(0, 2));
    expect(each.length).toBeGreaterThanOrEqual(4);
    for (const { model, body } of each) {
      const { status, detail } = await shop.buy(model.replace('Request', '') as Operation, {
        ...body,
        ...('init_image' in body ? pictures() : {}),
      });
      expect(status, detail).toBe(200);
    }
  });
});

describe('a subnet of tiny models', () => {
  it('makes up requests of every operation, and both miners are paid for the same pictures', { timeout: 180_000 }, async () => {
    await using shop = await Shop.open('tiny', { miners: ['one', 'two'], validator: { organicRoundRate: 0, syntheticIntervalMs: 300 } });
    const judged = async (operation: Operation) =>
      (await shop.metrics()).includes(`vision_validator_rounds_total{synapse="${operation}",origin="synthetic",outcome="judged"}`);
    for (const operation of OPERATIONS) await shop.subnet.until(`a round of ${operation}`, () => judged(operation), 120_000);
    const bought = await shop.buy('TextToImage', PROMPT);
    expect(bought, bought.detail).toMatchObject({ status: 200, size: [64, 64] });
    await shop.subnet.until('both miners to have weights', () => {
      const { rows = [] } = shop.subnet.scores ?? {};
      return rows.length === 2 && rows.every(({ weight }) => weight > 0);
    });
  });
});
