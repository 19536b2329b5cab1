import { sdxl } from '@vision-sdk/models-mini';
import sdxlTurbo from '@vision-sdk/plugin-sdxl-turbo';
import { describe, expect, it } from 'vitest';
import { loadPainter } from './painter.ts';

const request = { seed: 7, text_prompts: [{ text: 'a red circle on a white background' }], steps: 8, cfg_scale: 3 };

describe('sdxl', () => {
  it('draws what it is told', async () => {
    await using painter = await loadPainter(sdxlTurbo(sdxl));
    const picture = await painter.paint('TextToImage', request);
    expect(picture).toMatchObject({ width: 64, height: 64 });
  });
});
