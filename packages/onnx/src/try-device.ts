import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fail } from './errors.ts';
import { OnnxSession } from './session.ts';
import { float32Tensor, toFloat32 } from './tensor.ts';

/** A network that adds its input to itself, four float32 values. A test compares it with what the encoder writes. */
export const DOUBLING = 'CAgSCnZpc2lvbi1zZGs6OAoOCgF4CgF4EgF5IgNBZGQSBHRpbnlaDwoBeBIKCggIARIECgIIBGIPCgF5EgoKCAgBEgQKAggEQgQKABAR';

/** Runs a network of one operator on a device: what fails here would fail for every model. Throws the errors of `OnnxSession`, and `VISION_ONNX_DEVICE_WRONG`. */
export async function tryDevice(device: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'vision-device-'));
  try {
    const path = join(folder, 'doubling.onnx');
    await writeFile(path, Buffer.from(DOUBLING, 'base64'));
    await using session = await OnnxSession.load(path, { device, threads: 1, wholeGraph: true });
    const { y } = await session.run({ x: float32Tensor(new Float32Array([1, 2, 3, 4.5]), [4]) });
    const values = y === undefined ? [] : [...toFloat32(y)];
    if (values.join() !== '2,4,6,9') throw fail('DEVICE_WRONG', { device, values });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
