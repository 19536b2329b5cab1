import { encodePngBase64 } from '@vision-sdk/image';
import { expect, it } from 'vitest';
import { type Colour, drawing, RED, WHITE } from './look.ts';
import { loadPainter } from './painter.ts';
import { PLUGINS } from './plugins.ts';

const BLACK: Colour = [20, 20, 25];
const CAPTIONS = [
  'a red circle on a white background',
  'a black square on a white background',
  'a green star on a blue background',
  'a pink heart',
];

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const cosine = (a: readonly number[], b: readonly number[]) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));

it('pictures lie nearest to their captions, drawn by hand or by the model', async () => {
  await using images = await loadPainter(PLUGINS.clip!, 'clip');
  await using texts = await loadPainter(PLUGINS.clip!, 'clip-text');
  await using painter = await loadPainter(PLUGINS.sdxl!);
  const painted = await painter.paint('TextToImage', { seed: 3, text_prompts: [{ text: CAPTIONS[2]! }] });
  const image_b64s = [
    await drawing((x, y) => (Math.hypot(x - 31.5, y - 31.5) < 12 ? RED : WHITE)),
    await drawing((x, y) => (Math.max(Math.abs(x - 31.5), Math.abs(y - 31.5)) < 12 ? BLACK : WHITE)),
    await encodePngBase64(painted),
  ];
  const { image_embeddings } = (await images.ask('ClipEmbeddings', { image_b64s })) as { image_embeddings: number[][] };
  const { text_embeddings } = (await texts.ask('ClipTextEmbeddings', { texts: CAPTIONS })) as { text_embeddings: number[][] };
  expect(image_embeddings.map((picture) => picture.length)).toEqual([128, 128, 128]);
  const nearest = image_embeddings.map((picture) => {
    const near = text_embeddings.map((text) => cosine(picture, text));
    return near.indexOf(Math.max(...near));
  });
  expect(nearest).toEqual([0, 1, 2]);
});
