import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inspectModel } from '../src/index.ts';
import { encodeModel } from '../src/testing/index.ts';
import { oneOperator, temporaryFolder, value, writeModel } from './models.ts';

describe('reading an ONNX file without ONNX Runtime', () => {
  it('gives operators, operator sets, producer and external files', async () => {
    await using folder = await temporaryFolder();
    const weight = (name: string, offset: number) =>
      ({ name, type: 'float32', dims: [3], data: { file: 'weights.bin', offset, length: 12 } }) as const;
    const path = await writeModel(folder.path, {
      inputs: [value('x')],
      outputs: [value('y')],
      nodes: [
        { operator: 'Add', inputs: ['x', 'a'], outputs: ['t'] },
        { operator: 'FastGelu', domain: 'com.microsoft', inputs: ['t', 'b'], outputs: ['y'] },
      ],
      weights: [weight('a', 0), weight('b', 4096)],
      opset: 18,
      opsets: { 'com.microsoft': 1 },
    });
    expect(await inspectModel(path)).toEqual({
      producer: 'vision-sdk',
      opsets: { 'ai.onnx': 18, 'com.microsoft': 1 },
      operators: ['ai.onnx:Add', 'com.microsoft:FastGelu'],
      inputs: ['x'],
      externalData: [{ location: 'weights.bin', bytes: 4108 }],
    });
  });

  it('walks past weights larger than its window', async () => {
    await using folder = await temporaryFolder();
    const data = new Uint8Array(300_000);
    const weights = [{ name: 'w', type: 'float32', dims: [75_000], data } as const];
    const path = await writeModel(folder.path, oneOperator({}, { weights }));
    expect((await inspectModel(path)).operators).toEqual(['ai.onnx:Identity']);
  });

  it('answers any damage with one of its errors', async () => {
    await using folder = await temporaryFolder();
    const whole = encodeModel(oneOperator({ attributes: { a: 1, b: 0.5, c: [1, 2], d: 'text' } }));
    const flips = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(flips, async (changes) => {
        const bytes = Uint8Array.from(whole);
        for (const [at, byte] of changes) bytes[at] = byte;
        const outcome = await inspectModel(await writeModel(folder.path, bytes)).catch((error: unknown) => error);
        expect(outcome instanceof Error ? (outcome as { code?: string }).code : 'VISION_ONNX_FILE_CORRUPT').toMatch(
          /^VISION_ONNX_(NOT_ONNX|FILE_CORRUPT)$/,
        );
      }),
      { numRuns: 300 },
    );
  });
});
