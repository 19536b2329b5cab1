import { expect, it } from 'vitest';
import * as image from '../src/index.ts';

it('exports these names', () => {
  expect(Object.keys(image).toSorted()).toMatchInlineSnapshot(`
    [
      "CLIP_NORMALISATION",
      "DEFAULT_IMAGE_CAPS",
      "averageHash",
      "centreSquare",
      "changePixels",
      "colorHash",
      "decodeBase64Image",
      "decodeImage",
      "differenceHash",
      "encodeJpeg",
      "encodePng",
      "encodePngBase64",
      "hashDistance",
      "imageErrors",
      "imageHashes",
      "inspectBase64Image",
      "inspectImage",
      "perceptualHash",
      "psnr",
      "resize",
      "toGreyscale",
      "toHsv",
      "toPlanes",
      "uprightImage",
    ]
  `);
});

it('lists its error codes', () => {
  expect(image.imageErrors.codes).toMatchInlineSnapshot(`
    [
      "VISION_IMAGE_NOT_BASE64",
      "VISION_IMAGE_TOO_MANY_BYTES",
      "VISION_IMAGE_TOO_MANY_PIXELS",
      "VISION_IMAGE_UNSUPPORTED_FORMAT",
      "VISION_IMAGE_ANIMATED",
      "VISION_IMAGE_CORRUPT",
      "VISION_IMAGE_BAD_RASTER",
      "VISION_IMAGE_BAD_SIZE",
      "VISION_IMAGE_NOT_COMPARABLE",
      "VISION_IMAGE_BAD_HASH",
    ]
  `);
});
