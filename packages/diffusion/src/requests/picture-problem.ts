import { type ImageHeader, inspectBase64Image } from '@vision-sdk/image';

/** Why base64 is no picture, seen from its header alone, or what a check of that header says; nothing is decoded. */
export async function pictureProblem(base64: string, check?: (header: ImageHeader) => string | undefined): Promise<string | undefined> {
  try {
    const header = await inspectBase64Image(base64);
    return check?.(header);
  } catch (error) {
    return error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
  }
}
