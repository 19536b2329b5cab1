import { defineErrors } from '@vision-sdk/core';

const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(2)} GiB`;

/** Errors of installing ONNX Runtime's GPU files. */
export const fail = defineErrors('VISION_GPU', {
  UNSUPPORTED_PLATFORM: {
    message: (d: { platform: string; version: string }) => `onnxruntime-node ${d.version} has no CUDA files for ${d.platform}.`,
    hint: () => 'CUDA runs on Linux x64. Elsewhere use webgpu:0, which is part of the npm package and needs nothing installed.',
  },
  RUNTIME_NOT_UNDERSTOOD: {
    message: (d: { reason: string }) => `The installed onnxruntime-node cannot be extended: ${d.reason}.`,
    hint: () => 'Install the dependencies again (`npm ci`). If it stays, this SDK and its onnxruntime-node do not belong together.',
  },
  LIBRARIES_MISSING: {
    message: (d: { missing: readonly string[] }) =>
      `Libraries of CUDA that the files need are not on this machine: ${d.missing.join(', ')}.`,
    hint: () =>
      'Install the CUDA 12 runtime and cuDNN 9, or set LD_LIBRARY_PATH to where they lie. To install the files anyway, as in an image that runs elsewhere, add --without-checks.',
  },
  DIGEST_INVALID: {
    message: (d: { given: string }) => `${JSON.stringify(d.given)} is no SHA-512.`,
    hint: () => 'Give 128 hexadecimal digits, or base64 as a package feed writes it.',
  },
  NO_DIGEST: {
    message: (d: { url: string; package: string }) => `${d.url} does not say what the hash of ${d.package} is.`,
    hint: () => 'Name a feed that does first, such as https://api.nuget.org/v3/index.json, or give the hash by --sha512.',
  },
  FETCH_FAILED: {
    message: (d: { reason: string }) => `The package could not be fetched. ${d.reason}`,
    hint: () =>
      'What has arrived is kept. Name another feed by --feed and its other hosts by --allow-host, or bring the package yourself and name it by --file.',
  },
  DIGEST_MISMATCH: {
    message: (d: { file: string; expected: string; actual: string }) => `${d.file} has the SHA-512 ${d.actual}, not ${d.expected}.`,
    hint: () => 'Do not use this file. Get it again from where the hash comes from.',
  },
  PACKAGE_BROKEN: {
    message: (d: { file: string; reason: string }) => `${d.file} is not the package that was meant: ${d.reason}.`,
    hint: () => 'Remove the file and run the command again; if it stays, the feed gives another package under this name.',
  },
  NO_SPACE: {
    message: (d: { folder: string; neededBytes: number; freeBytes: number }) =>
      `${d.folder} has ${gib(d.freeBytes)} free; ${gib(d.neededBytes)} are needed.`,
    hint: () => 'Make room and run the command again; what has arrived is kept.',
  },
  UNWRITABLE: {
    message: (d: { folder: string; reason: string }) => `${d.folder} cannot be written: ${d.reason}.`,
    hint: () => 'The files belong into the folder of onnxruntime-node: run the command as the user that ran `npm ci`.',
  },
});
