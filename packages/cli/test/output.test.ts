import pico from 'picocolors';
import { describe, expect, it } from 'vitest';
import { type Operation, renderLine, renderScoreboard, type Standing } from '../src/demo/scoreboard-view.ts';
import { parseGpus } from '../src/doctor/machine.ts';
import { formatBytes, formatTao, shortAddress } from '../src/output/format.ts';
import { printable } from '../src/output/printable.ts';
import { renderTable } from '../src/output/table.ts';
import { wantsColour } from '../src/terminal.ts';

describe('amounts', () => {
  it.each([
    [5_000_000_000_000n, '5000'],
    [250_000_000n, '0.25'],
    [1n, '0.000000001'],
    [0n, '0'],
  ])('%s rao is %s TAO', (rao, text) => expect(formatTao(rao)).toBe(text));

  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1536, '1.5 KiB'],
    [2 ** 31, '2.0 GiB'],
    [2 ** 52, '4096.0 TiB'],
  ])('%i bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  it('shortens long addresses only', () => {
    expect(shortAddress('5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY')).toBe('5Grwva…KutQY'.replace('…KutQY', '…GKutQY'));
    expect(shortAddress('cpu')).toBe('cpu');
  });
});

describe("a peer's words", () => {
  it.each([
    ['moves no cursor', '\u001b[2Jgone\u001b[1;1H', '\\x1b[2Jgone\\x1b[1;1H'],
    ['sets no title', '\u001b]0;owned\u0007', '\\x1b]0;owned\\x07'],
    ['overwrites no line', 'ok\rno\b\u009b1K', 'ok\\x0dno\\x08\\x9b1K'],
    ['may have lines, tabs and colours', 'a\n\tb \u001b[32mé✓\u001b[39m', 'a\n\tb \u001b[32mé✓\u001b[39m'],
  ])('%s', (_, text, shown) => expect(printable(text)).toBe(shown));
});

describe('a table', () => {
  it('aligns its columns and draws no frame', () => {
    const text = renderTable(
      [{ title: 'uid', align: 'right' }, { title: 'hotkey' }],
      [
        ['1', 'fast'],
        ['12', 'slow'],
      ],
    );
    expect(text).toBe('uid  hotkey\n  1  fast\n 12  slow');
  });
});

describe('colours', () => {
  it.each([
    [true, true, {}, true],
    [false, true, {}, false],
    [true, false, {}, false],
    [true, true, { NO_COLOR: '1' }, false],
  ])('flag %s, screen %s, %o: %s', (flag, isTTY, env, expected) => expect(wantsColour(flag, { isTTY }, env)).toBe(expected));
});

describe('the scoreboard', () => {
  const standing: Standing = {
    miners: [
      { uid: 3, kind: 'cheater', rounds: 9, meanReward: 0.25, weight: 0.1, incentive: 0.09 },
      { uid: 1, kind: 'fast', rounds: 8, meanReward: 1.25, weight: 0.5, incentive: 0.5 },
    ],
    rewards: new Map([
      [3, new Map([['Upscale', 0.25]])],
      [
        1,
        new Map<Operation, number>([
          ['Upscale', 1.25],
          ['TextToImage', 1],
        ]),
      ],
    ]),
    rounds: 12,
    block: 40,
    seconds: 9.6,
    phase: 'scoring',
  };

  it('has the best miner first', () => {
    expect(renderScoreboard(standing, pico.createColors(false))).toMatchInlineSnapshot(`
      "block 40 · 12 rounds judged · 10 s · scoring

      uid  miner    rounds  upscale  text-to-image  others  mean reward                weight  incentive
        1  fast          8     1.25           1.00       ·        1.250  ████████████  0.5000     0.5000
        3  cheater       9     0.25              ·       ·        0.250  ██░░░░░░░░░░  0.1000     0.0900
      "
    `);
  });

  it('fits one line for a pipe', () => {
    expect(renderLine(standing)).toBe(' 10 s  block 40  12 rounds  cheater 0.25/0.090  fast 1.25/0.500  scoring');
  });
});

describe("the driver's list of cards", () => {
  it('is read line by line', () => {
    expect(parseGpus('NVIDIA GeForce RTX 4090, 24564, 550.54\nNVIDIA L4, 23034, 550.54\n')).toEqual([
      { name: 'NVIDIA GeForce RTX 4090', memoryMib: 24564, driver: '550.54' },
      { name: 'NVIDIA L4', memoryMib: 23034, driver: '550.54' },
    ]);
    expect(parseGpus('')).toEqual([]);
  });
});
