import { describe, expect, it } from 'vitest';
import { guessScales } from '../../src/controlnet/guess-scales.ts';
import { type Control, controlled, type Plane, type UnetInput } from '../../src/index.ts';
import { hasGoldens } from '../goldens.ts';
import { DIFFERENCE, expectPicture, farthest, RecordedRun } from '../recorded-run.ts';

const DOWN = [0, 1, 2, 3];
const MIDDLE = 'mid_block_additional_residual';
const nameOf = (i: number) => `down_block_${i}_additional_residual`;

/** A recorded run with a ControlNet. */
class ControlledRun extends RecordedRun {
  /** Calls of the ControlNet. */
  controlled = 0;

  get isGuess(): boolean {
    return this.facts.args.guess_mode === true;
  }

  override get residuals(): readonly string[] {
    return [...DOWN.map(nameOf), MIDDLE];
  }

  get net(): Control['net'] {
    return {
      residuals: this.residuals,
      predict: async (input) => {
        const call = `controlnet/${this.controlled++}`;
        expect(input.timestep).toBe(this.facts.loop_timesteps[this.controlled - 1]);
        expect(input.scale).toBe(1);
        this.same(input.sample, `${call}/sample`);
        expect(input.condition).toEqual(this.plane('controlnet/0/controlnet_cond'));
        this.same(input.hiddenStates!, 'controlnet/0/encoder_hidden_states');
        return this.#found();
      },
    };
  }

  /** Those of the first call, which alone are recorded. In guess mode, diffusers' network weighs its blocks itself, an exported one leaves it to us. */
  #found(): Record<string, Plane> {
    const scales = guessScales(DOWN.length + 1);
    const unweighed = (path: string, i: number) => {
      const { data, dims } = this.plane(path);
      return { dims, data: this.isGuess ? data.map((value) => value / scales[i]!) : data };
    };
    const down = DOWN.map((i) => [nameOf(i), unweighed(`controlnet/0/down_${i}`, i)] as const);
    return { ...Object.fromEntries(down), [MIDDLE]: unweighed('controlnet/0/mid', DOWN.length) };
  }

  override compareConditions(input: UnetInput): void {
    super.compareConditions(input);
    if (this.asked.unet === 1) this.same(input.residuals![MIDDLE]!, 'unet/0/mid_block_additional_residual');
    for (const i of DOWN) this.#compareResidual(input.residuals![nameOf(i)]!, `controlnet/0/down_${i}`);
  }

  /** What the UNet adds: in guess mode nothing to the unconditional half. */
  #compareResidual({ data, dims }: Plane, path: string): void {
    const recorded = this.values(path);
    const half = this.isGuess ? recorded.length : 0;
    expect(dims[0]).toBe(2);
    expect(data.subarray(0, half).every((value) => value === 0)).toBe(true);
    expect(farthest(data.subarray(half), recorded)).toBeLessThan(DIFFERENCE);
  }
}

const here = hasGoldens('pipelines');

describe.skipIf(!here)(here ? 'ControlNet runs of diffusers 0.25.1' : 'ControlNet runs: VISION_GOLDENS has no numerics/pipelines', () => {
  it.each(['controlnet_ddpm_cfg', 'controlnet_guess_mode'])(
    '%s: prompts, control picture, every call, residuals and the last byte',
    async (name) => {
      const recorded = new ControlledRun(name);
      const controls = [{ net: recorded.net, image: recorded.picture('input/image') }];
      const request = { ...recorded.request(), guessMode: recorded.isGuess, controls };
      const [picture] = await controlled(recorded.model(), request);
      recorded.done();
      expect(recorded.controlled).toBe(recorded.facts.loop_timesteps.length);
      expectPicture(picture!, recorded.picture('image_u8'));
    },
  );
});
