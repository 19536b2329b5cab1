export type { Tensors } from './check-feeds.ts';
export { type Device, type DeviceKind, parseDevice } from './device.ts';
export { fail as onnxErrors } from './errors.ts';
export { floatTensorFor } from './float-tensor.ts';
export { float16ToFloat32, float32ToFloat16 } from './float16.ts';
export { type GraphWanted, graphWeights } from './graph-weights.ts';
export { dataFiles } from './model-file/data-files.ts';
export { type ExternalData, inspectModel, inspectModelSync, type ModelFacts } from './model-file/inspect-model.ts';
export { assertDevice, type ExecutionProvider, listExecutionProviders } from './providers.ts';
export { OnnxSession, type RunOptions, type SessionOptions } from './session.ts';
export {
  createTensor,
  float16Tensor,
  float32Tensor,
  int64Tensor,
  type Tensor,
  type TensorArrays,
  type TensorType,
  toFloat32,
} from './tensor.ts';
export { tryDevice } from './try-device.ts';
export type { ValueInfo } from './value-info.ts';
