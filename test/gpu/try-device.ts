// A process of its own: prints why a device cannot be used and ends with 1, or ends with 0.
import { explain } from '@vision-sdk/core';
import { tryDevice } from '@vision-sdk/onnx';

try {
  await tryDevice(process.argv[2] ?? '');
} catch (error) {
  console.log(error instanceof Error ? error.message : explain(error));
  process.exitCode = 1;
}
