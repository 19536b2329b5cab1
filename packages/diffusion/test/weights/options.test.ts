import { describe, expect, it } from 'vitest';
import { modelOption } from '../../src/index.ts';

const REPOSITORY = { repository: 'owner/name', revision: '0'.repeat(40), files: ['unet/model.onnx'], bytes: 1 };
const FORMS = 'name the folder of the weights, or { repository, revision, files, bytes } on a model hub';

describe('where weights lie', () => {
  it.each(['./weights', REPOSITORY, { ...REPOSITORY, sha256: { 'unet/model.onnx': 'a'.repeat(64) } }])('may be %j', (given) => {
    expect(modelOption.parse(given)).toEqual(given);
  });

  it.each([
    [undefined, FORMS],
    [7, FORMS],
    [{ ...REPOSITORY, revision: 'main' }, 'pin a commit of 40 hexadecimal digits: branches and tags move'],
    [{ ...REPOSITORY, repository: 'name', bytes: 0 }, 'write owner/name; Too small: expected number to be >=1'],
    [
      { repository: 'owner/name' },
      'revision: Invalid input: expected string, received undefined; files: Invalid input: expected array, received undefined; bytes: Invalid input: expected number, received undefined',
    ],
    [{ ...REPOSITORY, commit: 'x' }, 'Unrecognized key: "commit"'],
  ])('is explained where it is %j', (given, problem) => {
    expect(
      modelOption
        .safeParse(given)
        .error?.issues.map(({ message }) => message)
        .join('; '),
    ).toBe(problem);
  });
});
