import { defineErrors } from '@vision-sdk/core';

const list = (items: readonly string[]): string => (items.length === 0 ? 'none' : items.join(', '));

/** Errors of this package. */
export const fail = defineErrors('VISION_ONNX', {
  RUNTIME_UNAVAILABLE: {
    message: (d: { platform: string; reason: string }) => `ONNX Runtime cannot be loaded on ${d.platform}: ${d.reason}`,
    hint: () => 'Install onnxruntime-node for this platform (Linux, macOS on Apple silicon or Windows) and start again.',
  },
  DEVICE_UNKNOWN: {
    message: (d: { device: string }) => `"${d.device}" is no device`,
    hint: () => 'Write cpu, cuda:N or webgpu:N, where N is the number of the device from 0.',
  },
  DEVICE_INDEX_UNSUPPORTED: {
    message: (d: { device: string }) => `ONNX Runtime for Node cannot choose ${d.device}: it always takes the first WebGPU adapter`,
    hint: () => 'Use webgpu:0, and hide the other adapters from the process if the wrong one is first.',
  },
  PROVIDER_MISSING: {
    message: (d: { device: string; installed: readonly string[] }) =>
      `${d.device} needs an execution provider that this build of ONNX Runtime lacks; it has ${list(d.installed)}`,
    hint: () => 'Choose one of the devices that `vision doctor` lists, or install an onnxruntime-node built with this execution provider.',
  },
  PROVIDER_FAILED: {
    message: (d: { device: string; reason: string }) => `The execution provider of ${d.device} does not start: ${d.reason}`,
    hint: (d: { device: string; reason: string }) =>
      d.device.startsWith('cuda')
        ? 'Check the NVIDIA driver, then run `vision gpu install`, and `vision gpu status` to see what is missing; or choose cpu.'
        : 'Check that a graphics driver with Vulkan, Metal or Direct3D 12 is installed; or choose cpu.',
  },
  DEVICE_WRONG: {
    message: (d: { device: string; values: readonly number[] }) =>
      `${d.device} computes wrongly: doubling 1, 2, 3 and 4.5 gave ${list(d.values.map(String))}`,
    hint: () => 'Update its driver; until then choose another device.',
  },
  PARTLY_ON_CPU: {
    message: (d: { path: string; device: string }) => `${d.device} cannot run every operator of ${d.path}`,
    hint: () => 'Leave out `wholeGraph` to let the CPU run the rest, or export the network with operators that the device has.',
  },
  FILE_NOT_FOUND: {
    message: (d: { path: string }) => `There is no file ${d.path}`,
    hint: () => 'Check the path; if the weights have to be downloaded, `vision plugins show` tells from where.',
  },
  FILE_UNREADABLE: {
    message: (d: { path: string; reason: string }) => `${d.path} cannot be read: ${d.reason}`,
    hint: () => 'Name a regular file that this user may read.',
  },
  NOT_ONNX: {
    message: (d: { path: string; looksLike?: string }) =>
      `${d.path} is not an ONNX file${d.looksLike ? `; it looks like ${d.looksLike}` : ''}`,
    hint: () => 'Give a file that was exported as .onnx; other formats have to be converted first.',
  },
  FILE_CORRUPT: {
    message: (d: { path: string; reason: string }) => `${d.path} is damaged: ${d.reason}`,
    hint: () => 'Download or copy the file again and compare its size with the original.',
  },
  EXTERNAL_DATA_MISSING: {
    message: (d: { path: string; missing: readonly string[] }) =>
      `${d.path} keeps its weights in other files, and these are missing: ${list(d.missing)}`,
    hint: () => 'Put these files into the same folder, under exactly these names.',
  },
  EXTERNAL_DATA_SHORT: {
    message: (d: { path: string; file: string; needed: number; actual: number }) =>
      `${d.path} expects at least ${d.needed} bytes in ${d.file}, which has ${d.actual}`,
    hint: () => 'The download was cut short or belongs to another export: fetch the weight file again.',
  },
  EXTERNAL_DATA_OUTSIDE: {
    message: (d: { path: string; location: string }) => `${d.path} names a weight file outside its own folder: ${d.location}`,
    hint: () => 'Do not use this file: an honest export keeps its weights beside the graph.',
  },
  OPERATOR_UNKNOWN: {
    message: (d: { path: string; operators: readonly string[]; device: string; needs?: string }) =>
      `${d.path} uses operators that ${d.device} cannot run: ${list(d.operators)}`,
    hint: (d: { path: string; operators: readonly string[]; device: string; needs?: string }) =>
      d.needs === undefined
        ? 'Export the network again with standard ONNX operators.'
        : `These are fused operators for the execution provider ${d.needs}: place the model there, or use an export without fused operators.`,
  },
  OPSET_TOO_NEW: {
    message: (d: { path: string; reason: string }) => `${d.path} was written for a newer ONNX than this ONNX Runtime knows: ${d.reason}`,
    hint: () => 'Update onnxruntime-node, or export the network with an older opset.',
  },
  LOAD_FAILED: {
    message: (d: { path: string; device: string; reason: string }) => `${d.path} cannot be loaded on ${d.device}: ${d.reason}`,
    hint: () => 'Check that the export is complete and that the device has enough free memory.',
  },
  INPUT_MISSING: {
    message: (d: { path: string; missing: readonly string[]; expected: readonly string[] }) =>
      `${d.path} got no tensor for ${list(d.missing)}; its inputs are ${list(d.expected)}`,
    hint: () => 'Pass one tensor for each input, under the names the network uses.',
  },
  INPUT_UNKNOWN: {
    message: (d: { path: string; unknown: readonly string[]; expected: readonly string[] }) =>
      `${d.path} has no input ${list(d.unknown)}; its inputs are ${list(d.expected)}`,
    hint: () => 'Use the names the network uses; the inputs of a session list them.',
  },
  INPUT_TYPE: {
    message: (d: { path: string; input: string; expected: string; actual: string }) =>
      `Input ${d.input} of ${d.path} takes ${d.expected}, not ${d.actual}`,
    hint: () => 'Make the tensor of the type that the network was exported with.',
  },
  INPUT_SHAPE: {
    message: (d: { path: string; input: string; expected: string; actual: string }) =>
      `Input ${d.input} of ${d.path} takes the shape ${d.expected}, not ${d.actual}`,
    hint: () => 'Give the tensor the dimensions that the network was exported with.',
  },
  OUTPUT_UNKNOWN: {
    message: (d: { path: string; unknown: readonly string[]; expected: readonly string[] }) =>
      `${d.path} has no output ${list(d.unknown)}; its outputs are ${list(d.expected)}`,
    hint: () => 'Ask for names that the outputs of the session list.',
  },
  TENSOR_INVALID: {
    message: (d: { reason: string }) => `This is no tensor: ${d.reason}`,
    hint: () => 'The product of the dimensions must be the number of values, and the array must suit the type.',
  },
  RUN_FAILED: {
    message: (d: { path: string; device: string; reason: string }) => `${d.path} failed while running on ${d.device}: ${d.reason}`,
    hint: () => 'Check the sizes of the inputs against what the network allows, and the free memory of the device.',
  },
  SESSION_DISPOSED: {
    message: (d: { path: string }) => `The session of ${d.path} is disposed`,
    hint: () => 'Load the model again before running it.',
  },
});
