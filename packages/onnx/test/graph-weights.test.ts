import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { floatTensorFor, graphWeights } from '../src/index.ts';
import { encodeModel } from '../src/testing/index.ts';
import { oneOperator } from './models.ts';

/** A graph with weights in these files. */
function graphOf(...data: readonly string[]): Uint8Array {
  const weights = data.map((file, i) => ({ name: `w${i}`, type: 'float32', dims: [1], data: { file } }) as const);
  return encodeModel(oneOperator({}, { weights }));
}

async function folderWith(...files: readonly string[]) {
  const path = await mkdtemp(join(tmpdir(), 'vision-graph-'));
  for (const file of files) {
    await mkdir(join(path, file, '..'), { recursive: true });
    await writeFile(join(path, file), 'x');
  }
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

const wanted = { names: ['vision_model.onnx', 'model.onnx'], licence: 'MIT' };

it('finds the best name first, with the data files that it names and no others', async () => {
  await using folder = await folderWith('onnx/vision_model.onnx_data', 'onnx/vision_model.onnx.data', 'model.onnx');
  const graph = graphOf('vision_model.onnx_data', '../../model.onnx', '/etc/hosts');
  await writeFile(join(folder.path, 'onnx/vision_model.onnx'), graph);
  expect(graphWeights(folder.path, wanted)).toEqual({
    kind: 'folder',
    folder: folder.path,
    files: ['onnx/vision_model.onnx', 'onnx/vision_model.onnx_data'],
    bytes: graph.length + 1,
    licence: 'MIT',
  });
});

it('takes the next name where the best is missing, with all its data files', async () => {
  await using folder = await folderWith('a');
  await writeFile(join(folder.path, 'model.onnx'), graphOf('model.onnx_data', './model.onnx_data_1'));
  expect(graphWeights(folder.path, wanted).files).toEqual(['model.onnx', 'model.onnx_data', 'model.onnx_data_1']);
});

it('takes a file as it is named', async () => {
  await using folder = await folderWith('mine.onnx', 'model.onnx');
  expect(graphWeights(join(folder.path, 'mine.onnx'), wanted)).toMatchObject({ folder: folder.path, files: ['mine.onnx'], bytes: 1 });
});

it('names the missing file where there is none, without throwing', () => {
  expect(graphWeights('/nowhere/at/all', wanted)).toMatchObject({ folder: '/nowhere/at/all', files: ['vision_model.onnx'], bytes: 0 });
});

it('gives floats in the precision of the input, and refuses inputs of whole numbers', () => {
  const tensorFor = (type: 'float16' | 'float32' | 'int64') => floatTensorFor({ name: 'x', type, dims: [1] }, Float32Array.of(1), [1]);
  expect(tensorFor('float32').data).toEqual(Float32Array.of(1));
  expect(tensorFor('float16').data).toEqual(Uint16Array.of(0x3c00));
  expect(() => tensorFor('int64')).toThrow(expect.objectContaining({ code: 'VISION_ONNX_TENSOR_INVALID' }));
});
