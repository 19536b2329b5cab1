export { DEFAULT_IMAGE_CAPS, type ImageCaps } from './caps.ts';
export { changePixels } from './change-pixels.ts';
export { decodeBase64Image, decodeImage, type RgbRaster } from './codec/decode.ts';
export { encodeJpeg, encodePng, encodePngBase64 } from './codec/encode.ts';
export type { ImageFormat } from './codec/format.ts';
export { type DecodeOptions, type ImageHeader, inspectBase64Image, inspectImage } from './codec/inspect.ts';
export { uprightImage } from './codec/upright.ts';
export { toGreyscale } from './colour/greyscale.ts';
export { toHsv } from './colour/hsv.ts';
export { fail as imageErrors } from './errors.ts';
export { hashDistance } from './hash/bits.ts';
export {
  averageHash,
  colorHash,
  differenceHash,
  type ImageHashes,
  imageHashes,
  perceptualHash,
} from './hash/image-hashes.ts';
export { CLIP_NORMALISATION, type Normalisation, toPlanes } from './planes.ts';
export { type PsnrOptions, psnr } from './psnr.ts';
export type { Raster } from './raster.ts';
export type { Box } from './resize/box.ts';
export { centreSquare } from './resize/centre-square.ts';
export type { ResizeFilter } from './resize/filters.ts';
export { type ResizeOptions, resize } from './resize/resize.ts';
