import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fail } from '../errors.ts';
import { writeUserFile } from '../files.ts';
import type { Gateway } from '../run/validator-client.ts';
import type { Player } from './cast.ts';
import type { Children } from './children.ts';
import { minerConfig, type Stage, validatorConfig } from './configs.ts';
import { loadPhoto, type PhotoResult } from './photo.ts';
import type { Standing } from './scoreboard-view.ts';
import type { Spectator } from './spectator.ts';
import { findingsOf, type Summary } from './summary.ts';
import { Users } from './users.ts';

const LOOK_MS = 250;
/** Rounds every miner must have played before users come. */
const FIRST_ROUNDS_EACH = 2;
/** Rounds every miner that was there from the start must have played before the scores count. */
const LEAST_ROUNDS_EACH = 5;
/** On a slow machine fewer rounds must do: from this time on, this share of them. */
const HURRY = { seconds: 32, share: 0.6 } as const;
/** Scores that say too little are given more rounds, but not for ever. */
const MORE = { rounds: 4, untilSeconds: 60 } as const;

/** How the demo is run. */
export interface DemoOptions {
  /** Where pictures, summary and logs go. */
  readonly out: string;
  /** Judged rounds to wait for. */
  readonly rounds: number;
  readonly timeoutMs: number;
  /** Ends the demo; its reason is thrown. */
  readonly signal: AbortSignal;
  /** Called some times a second. */
  show(standing: Standing): void;
}

/** What came of the demo. */
export interface Outcome {
  readonly summary: Summary;
  /** The last scoreboard. */
  readonly standing: Standing;
}

interface PlayParts extends DemoOptions {
  readonly stage: Stage;
  readonly players: readonly Player[];
  /** Comes later. */
  readonly joining: Player;
  readonly spectator: Spectator;
  readonly children: Children;
}

/** The demo from the first process to the summary. */
export class Play {
  readonly #parts: PlayParts;

  constructor(parts: PlayParts) {
    this.#parts = parts;
  }

  /** Plays it once. */
  async run(): Promise<Outcome> {
    const { spectator, rounds, out, players } = this.#parts;
    const kinds = players.map(({ kind }) => kind);
    const photo = await loadPhoto();
    await this.#startMiners();
    const users = new Users(await this.#startValidator(), out);
    await this.#until('every miner to be judged', () => spectator.fewestRounds(kinds) >= FIRST_ROUNDS_EACH);
    spectator.phase = 'users send prompts and a photo';
    const [result] = await this.#while('what users asked for', Promise.all([users.sendPhoto(photo), users.sendWords()]));
    spectator.phase = 'the pictures are back, scoring goes on';
    await this.#until(`${rounds} rounds`, () => this.#enough());
    await this.#join(users);
    spectator.phase = 'users ask for everything else';
    await this.#while('what users asked for', users.sendTheRest());
    await users.writeContactSheet();
    return await this.#conclude(result);
  }

  #enough(): boolean {
    const { spectator, rounds, players } = this.#parts;
    const share = spectator.seconds < HURRY.seconds ? 1 : HURRY.share;
    return spectator.judged >= rounds * share && spectator.fewestRounds(players.map(({ kind }) => kind)) >= LEAST_ROUNDS_EACH * share;
  }

  /** Weights, consensus, summary; with more rounds when chance has not let the miners meet often enough. */
  async #conclude(result: PhotoResult): Promise<Outcome> {
    const { spectator, out } = this.#parts;
    await this.#consensus();
    let summary = await this.#summary(result);
    while (findingsOf(summary).length > 0 && spectator.seconds < MORE.untilSeconds) {
      const { judged } = spectator;
      spectator.phase = 'a few more rounds';
      await this.#until('more rounds', () => spectator.judged >= judged + MORE.rounds);
      await this.#consensus();
      summary = await this.#summary(result);
    }
    spectator.phase = 'done';
    const standing = await spectator.standing();
    this.#parts.show(standing);
    await writeUserFile(join(out, 'summary.json'), `${JSON.stringify(summary, undefined, 2)}\n`, { replace: true });
    return { summary, standing };
  }

  async #startMiners(): Promise<void> {
    const { players, spectator } = this.#parts;
    spectator.phase = `starting ${players.length} miners`;
    await this.#while('the miners to start', Promise.all(players.map((player) => this.#startMiner(player))));
  }

  async #startMiner(player: Player): Promise<void> {
    const { stage, children } = this.#parts;
    const child = await children.start({ name: `miner-${player.kind}`, role: 'miner', config: minerConfig(player, stage) });
    await child.ready;
  }

  /** A miner that serves everything; the validator finds it at its next look at the chain. */
  async #join(users: Users): Promise<void> {
    const { joining, spectator } = this.#parts;
    spectator.phase = 'a miner joins that serves every operation';
    await this.#while('the newcomer to start', this.#startMiner(joining));
    await this.#until('the newcomer to be found', () => users.allIsServed());
  }

  async #startValidator(): Promise<Gateway> {
    const { stage, children, spectator } = this.#parts;
    spectator.phase = 'starting the validator';
    const child = await children.start({
      name: 'validator',
      role: 'validator',
      config: validatorConfig(stage),
      onMessage: spectator.listen,
    });
    const { host, port } = await this.#while('the validator to start', child.ready);
    spectator.phase = 'miners compete on made-up requests';
    return { url: `http://${host}:${port}`, apiKey: stage.apiKey };
  }

  /** Weights set after the last round, and consensus over them. */
  async #consensus(): Promise<void> {
    const { spectator } = this.#parts;
    spectator.phase = 'the validator sets weights';
    const { now } = await spectator.blocks();
    await this.#until('new weights', () => (spectator.weightsBlock ?? -1) > now);
    spectator.phase = 'consensus on the chain';
    const { nextEpoch } = await spectator.blocks();
    await this.#until('consensus', async () => (await spectator.blocks()).now > nextEpoch);
  }

  async #summary({ width, height, psnrVsBicubicDb }: PhotoResult): Promise<Summary> {
    const { spectator, out } = this.#parts;
    const { miners, rounds, seconds } = await spectator.standing();
    const image = { path: join(out, 'photo-x2.png'), width, height, psnrVsBicubicDb };
    return { miners, image, rounds, seconds: Number(seconds.toFixed(1)) };
  }

  async #until(waitingFor: string, done: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await done())) await this.#look(waitingFor);
  }

  /** Waits for work and shows the scoreboard meanwhile. */
  async #while<T>(waitingFor: string, work: Promise<T>): Promise<T> {
    const over = { yet: false };
    const ended = work.finally(() => {
      over.yet = true;
    });
    ended.catch(() => undefined);
    while (!over.yet) await this.#look(waitingFor);
    return ended;
  }

  async #look(waitingFor: string): Promise<void> {
    const { spectator, timeoutMs, signal, show } = this.#parts;
    if (spectator.seconds * 1000 > timeoutMs) throw fail('DEMO_TIMEOUT', { waitingFor, seconds: timeoutMs / 1000 });
    show(await spectator.standing());
    await sleep(LOOK_MS, undefined, { signal });
  }
}
