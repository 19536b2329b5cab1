import { VisionError } from '@vision-sdk/core';
import { hostErrors, walletErrors } from '@vision-sdk/neuron/host';
import { localChainErrors } from '@vision-sdk/plugin-local-chain';
import { describe, expect, it } from 'vitest';
import { ExitCode, exitCodeOf } from '../src/exit-code.ts';
import { cliErrors } from '../src/index.ts';

const codeOf = (code: string) => exitCodeOf(new VisionError({ code, message: '', hint: '', details: {} }));

describe('exit codes', () => {
  it('are 4 for everything that chain and wallet refuse', () => {
    const codes = [walletErrors, localChainErrors].flatMap((errors) => errors.codes);
    expect(codes.filter((code) => codeOf(code) !== ExitCode.chain)).toEqual([]);
  });

  it('are never 0 and never those of a signal', () => {
    const codes = [cliErrors, hostErrors].flatMap((errors) => errors.codes).filter((code) => code !== 'VISION_CLI_INTERRUPTED');
    expect(codes.filter((code) => codeOf(code) < 1 || codeOf(code) > 5)).toEqual([]);
  });

  it('is 1 for what nobody foresaw', () => {
    expect([new Error('x'), 'x', undefined].map(exitCodeOf)).toEqual([1, 1, 1]);
  });

  it.each([
    ['VISION_WALLET_NOT_FOUND', ExitCode.chain],
    ['VISION_LOCAL_CHAIN_FILE_CORRUPT', ExitCode.chain],
    ['VISION_ONNX_PROVIDER_MISSING', ExitCode.environment],
    ['VISION_DIFFUSION_MISSING_COMPONENT', ExitCode.environment],
    ['VISION_DIFFUSION_BROKEN_COMPONENT', ExitCode.environment],
    ['VISION_VALIDATOR_GATEWAY_LISTEN', ExitCode.environment],
    ['VISION_HOST_CONFIG_INVALID', ExitCode.config],
    ['VISION_HOST_REQUIRES', ExitCode.config],
    ['VISION_CLI_DEMO_MISBEHAVED', ExitCode.failure],
    ['VISION_CLI_INTERRUPTED', ExitCode.interrupted],
    ['VISION_IMAGE_UNSUPPORTED_FORMAT', ExitCode.usage],
    ['VISION_HOST_WORKER_DIED', ExitCode.failure],
    ['VISION_HUB_NO_SPACE', ExitCode.environment],
    ['VISION_HUB_LICENCE_NOT_ACCEPTED', ExitCode.usage],
    ['VISION_HUB_NAME_INVALID', ExitCode.config],
    ['VISION_HUB_HASH_MISMATCH', ExitCode.failure],
    ['VISION_CLI_MODEL_UNKNOWN', ExitCode.usage],
  ])('of %s is %i', (code, expected) => expect(codeOf(code)).toBe(expected));
});
