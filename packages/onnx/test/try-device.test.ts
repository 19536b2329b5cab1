import { encodeModel } from '@vision-sdk/onnx/testing';
import { expect, it } from 'vitest';
import { tryDevice } from '../src/index.ts';
import { DOUBLING } from '../src/try-device.ts';

it('the network that is tried is the one that the encoder writes', () => {
  const value = (name: string) => ({ name, type: 'float32' as const, dims: [4] });
  const bytes = encodeModel({
    inputs: [value('x')],
    outputs: [value('y')],
    nodes: [{ operator: 'Add', inputs: ['x', 'x'], outputs: ['y'] }],
  });
  expect(Buffer.from(bytes).toString('base64')).toBe(DOUBLING);
});

it('the CPU passes', async () => expect(await tryDevice('cpu')).toBeUndefined());

it('a device that is none fails with its reason', async () => {
  await expect(tryDevice('gpu')).rejects.toMatchObject({ code: 'VISION_ONNX_DEVICE_UNKNOWN' });
});
