import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { chainChecks, runChecks } from '@vision-sdk/core/testing';
import { startNode } from '../support/live/node.ts';
import { prepareSubnet, type SubnetOptions } from '../support/live/subnet.ts';
import { type Recorder, startRecorder } from '../support/recorder.ts';
import { REFUSED, refusalsAt } from '../support/refused-calls.ts';
import { underTest } from '../support/scenario.ts';

// node --conditions=@vision-sdk/source test/record/record.ts <raw spec> <fixture name> [commit-reveal]
const [spec = '', name = '', hiding] = process.argv.slice(2);
const START_MS = 1_750_000_000_000;
const CODE_KEY = '0x3a636f6465';

await using node = await startNode(spec, { startMs: START_MS });
const options: SubnetOptions = { commitReveal: hiding !== undefined };
const netuid = await prepareSubnet(node.url, options);
await using recorder = await startRecorder(node.url);
await using refused = await startRecorder(node.url);
const results = await runChecks(
  chainChecks(() => underTest(recorder.url, netuid), { epochs: hiding === undefined }),
  (result) => console.log(result.ok ? 'ok' : 'FAILED', result.name, result.ok ? '' : result.problem),
);
if (results.some(({ ok }) => !ok)) throw new Error('A recording of failures is of no use.');
{
  await using refusals = await refusalsAt(refused.url, netuid);
  for (const one of hiding === undefined ? REFUSED : []) {
    const code = await refusals.codeOf(one);
    console.log(code === one.code ? 'ok' : 'FAILED', one.title, code);
    if (code !== one.code) throw new Error('A recording of failures is of no use.');
  }
}
write(name, recorder);
if (hiding === undefined) write(`${name}-refusals`, refused);
process.exit(0);

function write(file: string, { exchanges, notices }: Recorder): void {
  if (JSON.stringify(exchanges).includes(CODE_KEY)) throw new Error('The recording holds the runtime itself.');
  const version = exchanges.find(({ method }) => method === 'state_getRuntimeVersion')?.result as { specVersion: number };
  const packed = gzipSync(JSON.stringify({ specVersion: version.specVersion, netuid, exchanges, notices }), { level: 9 });
  writeFileSync(new URL(`../fixtures/${file}.json.gz`, import.meta.url), packed);
  console.log(`${file}: ${exchanges.length} exchanges, ${notices.length} notices, ${packed.length} bytes`);
}
