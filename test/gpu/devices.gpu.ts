import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Plugin } from '@vision-sdk/core';
import { afterAll, describe, expect, it } from 'vitest';
import { type Answers, answersOf } from './answers.ts';
import { isAlive, usedMib } from './card-memory.ts';
import { findCases, type GpuCase, TOLERANCE } from './case.ts';
import { differences } from './differences.ts';
import { devicesToTry, surveyDevices } from './survey.ts';

/** What a driver may keep for itself after a process has ended. */
const SLACK_MIB = 64;

const cases = await findCases();
const folder = mkdtempSync(join(tmpdir(), 'vision-gpu-suite-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The plugin of a case, whose weights are written once for all devices, and what it answers on the CPU. */
const made = new Map<string, Promise<{ readonly plugin: Plugin; readonly cpu: Answers }>>();

async function make(one: GpuCase) {
  const place = join(folder, one.name);
  mkdirSync(place, { recursive: true });
  const plugin = await one.plugin(place);
  return { plugin, cpu: await answersOf(plugin, 'cpu') };
}

it('there are plugins to run', () => expect(cases.length).toBeGreaterThan(3));

for (const { device, reason } of await surveyDevices(devicesToTry(process.env)))
  describe.skipIf(reason !== undefined)(`${device}${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
    for (const one of cases)
      it(`${one.name}: answers as the CPU does, and gives its memory back`, async () => {
        const { plugin, cpu } = await (made.get(one.name) ?? made.set(one.name, make(one)).get(one.name)!);
        const before = await usedMib(device);
        const answers = await answersOf(plugin, device, () => usedMib(device));
        expect(new Set(answers.devices)).toEqual(new Set([device]));
        expect(await differences(toRecord(cpu), toRecord(answers), { ...TOLERANCE, ...one.tolerance })).toEqual([]);
        expect(answers.pids.length).toBeGreaterThan(0);
        expect(answers.pids.filter(isAlive)).toEqual([]);
        const after = await usedMib(device);
        if (before === undefined || after === undefined || device === 'cpu') return;
        console.log(`${device} ${one.name}: ${answers.measured} MiB in use while loaded, ${before} before, ${after} after`);
        if (device.startsWith('cuda')) expect(answers.measured).toBeGreaterThan(before);
        expect(after - before).toBeLessThan(SLACK_MIB);
      });
  });

function toRecord({ responses }: Answers): object {
  return Object.fromEntries(responses);
}
