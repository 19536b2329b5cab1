/** A person's own pictures may be as large as cameras make them. */
export const CAMERA_CAPS = { maxBytes: 2 ** 28, maxPixels: 2 ** 28 };
