import { ClipEmbeddings, ControlledTextToImage, ImageToImage, Inpaint, TextToImage, Upscale } from '@vision-sdk/core/synapses';
import { describe, expect, it } from 'vitest';
import { withFiles } from '../src/run/files-in-params.ts';
import { buildRequest } from '../src/run/request.ts';
import { findSynapse, kebabCase } from '../src/run/synapse-name.ts';

const picture = 'aGVsbG8=';

describe('a request made of flags', () => {
  it('puts prompts into text_prompts, negative ones below 0', async () => {
    const request = await buildRequest(TextToImage, { prompt: 'a fox', negative: 'rain', seed: 7, steps: 8, width: 512, height: 768 });
    expect(request).toMatchObject({ seed: 7, steps: 8, width: 512, height: 768 });
    expect(request.text_prompts).toEqual([
      { text: 'a fox', weight: 1 },
      { text: 'rain', weight: -1 },
    ]);
  });

  it('fills the field that the operation has for pictures', async () => {
    expect(await buildRequest(Upscale, { image: picture })).toEqual({ image: picture });
    expect(await buildRequest(ImageToImage, { image: picture, prompt: 'x', seed: 1 })).toMatchObject({ init_image: picture });
    expect(await buildRequest(Inpaint, { image: picture, mask: picture, prompt: 'x', seed: 1 })).toMatchObject({
      init_image: picture,
      mask_image: picture,
    });
    expect(await buildRequest(ClipEmbeddings, { image: picture })).toMatchObject({ image_b64s: [picture] });
  });

  it('makes a picture a control, of Canny edges unless another kind is said', async () => {
    const controls = async (control?: string) =>
      (await buildRequest(ControlledTextToImage, { image: picture, prompt: 'x', ...(control === undefined ? {} : { control }) })).controls;
    expect(await controls()).toMatchObject([{ type: 'canny', image: picture, preprocess: true }]);
    expect(await controls('scribble')).toMatchObject([{ type: 'scribble', preprocess: true }]);
    expect(await controls('depth')).toMatchObject([{ type: 'depth', preprocess: false }]);
    await expect(controls('smell')).rejects.toMatchObject({
      code: 'VISION_CLI_REQUEST_INVALID',
      message: expect.stringContaining('controls.0.type'),
    });
  });

  it('takes any other field by --param, as JSON or text', async () => {
    const request = await buildRequest(TextToImage, { seed: 1, param: ['cfg_scale=3.5', 'engine=kandinsky-22'] });
    expect(request).toMatchObject({ cfg_scale: 3.5, engine: 'kandinsky-22' });
  });

  it.each([
    ['a flag the operation has no field for', { image: picture, prompt: 'x' }, 'VISION_CLI_FIELD_UNKNOWN', /takes no --prompt/],
    ['an unknown --param', { image: picture, param: ['sharpness=1'] }, 'VISION_CLI_FIELD_UNKNOWN', /takes no field sharpness/],
    ['a --param without =', { image: picture, param: ['sharpness'] }, 'VISION_CLI_VALUE_INVALID', /--param cannot be "sharpness"/],
    ['a missing picture', {}, 'VISION_CLI_FLAG_MISSING', /Upscale needs --image/],
    ['a wrong field', { param: ['image='] }, 'VISION_CLI_REQUEST_INVALID', /does not fit Upscale: image/],
    ['a control of an operation without', { image: picture, control: 'canny' }, 'VISION_CLI_FIELD_UNKNOWN', /takes no --control/],
  ])('refuses %s', async (_name, flags, code, message) => {
    await expect(buildRequest(Upscale, flags)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });
});

describe('files in --param', () => {
  const read = async (file: string) => `base64 of ${file}`;

  it('stand for their bytes, however deep', async () => {
    const params = ['controls=[{"type":"canny","image":{"file":"a.png"}},{"deeper":{"image":{"file":"b.png"}}}]', 'one={"file":"c.png"}'];
    expect(await withFiles(params, read)).toEqual([
      'controls=[{"type":"canny","image":"base64 of a.png"},{"deeper":{"image":"base64 of b.png"}}]',
      'one="base64 of c.png"',
    ]);
  });

  it('are only what has nothing but a file', async () => {
    const params = ['text=file', 'empty=null', 'n=1', 'o={"file":"a","more":1}', 'p={"file":1}', 'q={}'];
    expect(await withFiles(params, read)).toEqual(params);
  });

  it('that cannot be read are an error', async () => {
    const failing = withFiles(['x={"file":"no"}'], () => Promise.reject(new Error('there is no file')));
    await expect(failing).rejects.toThrow('there is no file');
    await expect(withFiles(['sharpness'], read)).rejects.toMatchObject({ code: 'VISION_CLI_VALUE_INVALID' });
  });
});

describe('the name of an operation', () => {
  const synapses = [Upscale, TextToImage, { ...TextToImage, version: 2 }];

  it.each([
    ['Upscale', 'Upscale', 1],
    ['upscale', 'Upscale', 1],
    ['text-to-image', 'TextToImage', 2],
    ['TextToImage@1', 'TextToImage', 1],
  ])('%s finds %s version %i', (given, name, version) => {
    expect(findSynapse(given, synapses)).toMatchObject({ name, version });
  });

  it('says what there is when nothing fits', () => {
    expect(() => findSynapse('upscael', synapses)).toThrow(
      expect.objectContaining({ code: 'VISION_CLI_SYNAPSE_UNKNOWN', hint: 'Use one of: upscale, text-to-image.' }),
    );
  });

  it('is kebab-case on a command line', () => {
    expect(['Upscale', 'TextToImage', 'Sd15Scribble'].map(kebabCase)).toEqual(['upscale', 'text-to-image', 'sd15-scribble']);
  });
});
