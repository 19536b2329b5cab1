import { VisionError } from '@vision-sdk/core';
import { uprightImage } from '@vision-sdk/image';
import { readUserFile } from '../files.ts';
import { CAMERA_CAPS } from './camera-caps.ts';

/** A file that a user named, in base64; a photograph is turned upright first. What is no picture stays as it is. Throws FILE_UNREADABLE. */
export async function base64File(file: string): Promise<string> {
  return Buffer.from(await upright(await readUserFile(file))).toString('base64');
}

/** The model says better what is wrong with a broken picture, or takes what is none. */
async function upright(bytes: Uint8Array): Promise<Uint8Array> {
  try {
    return await uprightImage(bytes, { caps: CAMERA_CAPS });
  } catch (error) {
    if (VisionError.is(error)) return bytes;
    throw error;
  }
}
