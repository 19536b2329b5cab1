export { fail as gpuErrors } from './errors.ts';
export { type GpuFile, type GpuStatus, inspectGpu } from './inspect.ts';
export { type GpuInstallation, type GpuInstallOptions, installGpu } from './install.ts';
export type { Library, LibrarySeams } from './libraries.ts';
export type { UnpackedFile } from './unpack.ts';
export type { Place, WantedFile, WantedFiles } from './wanted.ts';
