import { inspectImage } from '@vision-sdk/image';

/** Headers mostly stand at the beginning: so much is looked at first, a whole number of base64 groups. */
const HEADER_CHARACTERS = 2 ** 20;

/** Why base64 is no picture, seen from its header alone; nothing is decoded. */
export async function pictureProblem(base64: string): Promise<string | undefined> {
  const atFirst = await problemOf(base64.slice(0, HEADER_CHARACTERS));
  return atFirst === undefined || base64.length <= HEADER_CHARACTERS ? atFirst : problemOf(base64);
}

function problemOf(base64: string): Promise<string | undefined> {
  return inspectImage(Buffer.from(base64, 'base64')).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message.replace(/\.$/, '') : String(error)),
  );
}
