import { defineErrors } from '@vision-sdk/core';

/** Errors of `@vision-sdk/image`. */
export const fail = defineErrors('VISION_IMAGE', {
  NOT_BASE64: {
    fault: 'request',
    message: ({ problem }: { problem: string }) => `The image is not valid base64: ${problem}.`,
    hint: () => 'Send standard base64 (A-Z a-z 0-9 + /, padded with =) of the file, without line breaks and without a data: prefix.',
  },
  TOO_MANY_BYTES: {
    fault: 'request',
    message: ({ bytes, maxBytes }: { bytes: number; maxBytes: number }) =>
      `The encoded image has ${bytes} bytes, more than the cap of ${maxBytes}.`,
    hint: () => 'Send a smaller file, or raise caps.maxBytes where the image is decoded.',
  },
  TOO_MANY_PIXELS: {
    fault: 'request',
    message: ({ width, height, maxPixels }: { width: number; height: number; maxPixels: number }) =>
      `The image claims ${width} x ${height} pixels, more than the cap of ${maxPixels} pixels.`,
    hint: () => 'Scale the image down, or raise caps.maxPixels where the image is decoded.',
  },
  UNSUPPORTED_FORMAT: {
    fault: 'request',
    message: ({ signature }: { signature: string }) => `The bytes are not a PNG, JPEG or WebP file: they begin with "${signature}".`,
    hint: () => 'Convert the image to PNG, JPEG or WebP.',
  },
  ANIMATED: {
    fault: 'request',
    message: ({ format }: { format: string }) => `The ${format} file is animated.`,
    hint: () => 'Send a single frame.',
  },
  CORRUPT: {
    fault: 'request',
    message: ({ format, problem }: { format: string; problem: string }) => `The ${format} file is corrupt or truncated: ${problem}.`,
    hint: () => 'Check that the file opens elsewhere and that it was sent whole.',
  },
  BAD_RASTER: {
    message: ({ problem }: { problem: string }) => `The raster is not well formed: ${problem}.`,
    hint: () => 'A raster has whole sides of at least 1, 1, 3 or 4 channels and width x height x channels bytes.',
  },
  BAD_SIZE: {
    message: ({ problem }: { problem: string }) => `The image cannot be resized like this: ${problem}.`,
    hint: () => 'Give whole target sides from 1 to 65535 and a box inside the image that is not empty.',
  },
  NOT_COMPARABLE: {
    message: ({ left, right }: { left: string; right: string }) => `Images of ${left} and ${right} cannot be compared pixel by pixel.`,
    hint: () => 'Compare images of one size and channel count, and cut a border that leaves pixels over.',
  },
  BAD_HASH: {
    message: ({ problem }: { problem: string }) => `The image hashes cannot be compared: ${problem}.`,
    hint: () => 'Give two hexadecimal hashes of the same kind and length.',
  },
});
