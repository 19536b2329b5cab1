import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeBase64Image, encodeJpeg } from '@vision-sdk/image';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { base64File } from '../src/run/read-picture.ts';
import { temporaryFolder } from './vision-command.ts';

/** An EXIF block that says: turn it clockwise by a quarter. */
const EXIF_SIDEWAYS = Buffer.from('ffe1002245786966000049492a000800000001001201030001000000060000000000000000', 'hex').subarray(0, 36);

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const at = (name: string) => join(folder.path, name);
beforeAll(async () => {
  folder = await temporaryFolder();
  const lying = await encodeJpeg(leftWhite(48, 32), { quality: 95 });
  await writeFile(at('plain.jpg'), lying);
  await writeFile(at('phone.jpg'), Buffer.concat([lying.subarray(0, 2), EXIF_SIDEWAYS, lying.subarray(2)]));
  await writeFile(at('notes.txt'), 'no picture');
});
afterAll(() => folder[Symbol.asyncDispose]());

/** White on the left half, black on the right. */
function leftWhite(width: number, height: number) {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (Math.floor(i / 3) % width < width / 2 ? 255 : 0));
  return { width, height, channels: 3, data } as const;
}

describe('a file that a user names', () => {
  it('is turned upright where a phone stored it lying on its side', async () => {
    const { width, height, data } = await decodeBase64Image(await base64File(at('phone.jpg')));
    expect([width, height]).toEqual([32, 48]);
    expect([data[0]! > 250, data.at(-1)! < 5, data[31 * 3]! > 250]).toEqual([true, true, true]);
  });

  it.each(['plain.jpg', 'notes.txt'])('keeps its bytes where there is nothing to turn: %s', async (name) => {
    expect(await base64File(at(name))).toBe((await readFile(at(name))).toString('base64'));
  });

  it('must be there', async () => {
    await expect(base64File(at('none.jpg'))).rejects.toMatchObject({ code: 'VISION_CLI_FILE_UNREADABLE' });
  });
});
