import { defineErrors } from '@vision-sdk/core';
import { describe, expect, it } from 'vitest';
import { fail } from '../../src/host/errors.ts';
import { toWireError } from '../../src/miner/wire-answer.ts';
import { refusalOf } from '../../src/wire/refusal.ts';

const issues = [{ path: 'steps', message: 'must be 6 to 14' }];
const image = defineErrors('VISION_IMAGE', {
  CORRUPT: { fault: 'request', message: () => 'The PNG is cut off.', hint: () => '' },
  BAD_RASTER: { message: () => 'internal', hint: () => '' },
});
const job = { plugin: 'p', model: 'm', synapse: 'Echo', reason: '/home/someone/model.onnx: no such file' };

describe('errors of a job on the wire', () => {
  it.each([
    [fail('REQUEST_INVALID', { synapse: 'Echo', issues }), 400, 'must be 6 to 14'],
    [fail('NOT_ACCEPTED', { synapse: 'Echo', models: ['m'], issues }), 400, 'must be 6 to 14'],
    [image('CORRUPT', undefined), 400, 'The PNG is cut off.'],
    [fail('NOT_SERVED', { synapse: 'Echo@2', served: [] }), 404, 'Echo@2'],
    [fail('STOPPED', { synapse: 'Echo' }), 503, 'stopping'],
    [fail('MODEL_BROKEN', { model: 'm', failures: 3, retryAfterSeconds: 40, reason: 'secret path' }), 503, 'cannot be loaded'],
    [fail('QUEUE_FULL', { device: 'cpu', queued: 9, retryAfterSeconds: 7 }), 429, 'full'],
  ])('%s', (error, status, reason) => {
    expect(refusalOf(toWireError(error))).toMatchObject({ status, reason: expect.stringContaining(reason) });
  });

  it('say when to come back', () => {
    expect(refusalOf(toWireError(fail('QUEUE_FULL', { device: 'cpu', queued: 9, retryAfterSeconds: 7 })))?.retryAfterSeconds).toBe(7);
    const broken = fail('MODEL_BROKEN', { model: 'm', failures: 3, retryAfterSeconds: 40, reason: 'secret path' });
    expect(refusalOf(toWireError(broken))).toEqual({ status: 503, reason: 'The model cannot be loaded at present', retryAfterSeconds: 40 });
  });

  it.each([[fail('JOB_FAILED', job)], [image('BAD_RASTER', undefined)], [new Error('boom')], ['a thrown string'], [undefined]])(
    'that are our own business stay a plain 500 (%s)',
    (error) => {
      expect(refusalOf(toWireError(error))).toBeUndefined();
    },
  );
});
