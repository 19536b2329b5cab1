import { describe, expect, it } from 'vitest';
import * as gpu from '../src/gpu/index.ts';
import * as hub from '../src/hub/index.ts';
import * as root from '../src/index.ts';
import * as testing from '../src/testing/index.ts';

describe('the public surface', () => {
  it('of the entry for graphics cards', () => {
    expect(Object.keys(gpu).sort()).toMatchInlineSnapshot(`
      [
        "gpuErrors",
        "inspectGpu",
        "installGpu",
      ]
    `);
  });

  it('of the root entry', () => {
    expect(Object.keys(root).sort()).toMatchInlineSnapshot(`
      [
        "OnnxSession",
        "assertDevice",
        "createTensor",
        "dataFiles",
        "float16Tensor",
        "float16ToFloat32",
        "float32Tensor",
        "float32ToFloat16",
        "floatTensorFor",
        "graphWeights",
        "inspectModel",
        "inspectModelSync",
        "int64Tensor",
        "listExecutionProviders",
        "onnxErrors",
        "parseDevice",
        "toFloat32",
        "tryDevice",
      ]
    `);
  });

  it('of the testing entry', () => {
    expect(Object.keys(testing).sort()).toMatchInlineSnapshot(`
      [
        "encodeModel",
      ]
    `);
  });

  it('of the hub entry', () => {
    expect(Object.keys(hub).sort()).toMatchInlineSnapshot(`
      [
        "HUB_DEFAULTS",
        "acceptLicence",
        "hubErrors",
        "inspectWeights",
        "isLicenceAccepted",
        "pullWeights",
        "removeWeights",
        "verifyWeights",
      ]
    `);
  });
});
