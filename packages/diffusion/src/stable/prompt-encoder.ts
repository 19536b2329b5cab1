import type { Plane } from '../components/plane.ts';
import { fail } from '../errors.ts';
import { concatWidths } from './planes.ts';
import type { TextTower } from './stable-diffusion.ts';

/** Encodings that are kept: the unwanted words of requests are nearly always the same. */
const KEPT = 8;
/** Characters of texts whose encoding is kept: a stranger's prompt of megabytes must not stay in memory, and will not come again. */
const LONGEST_KEPT = 10_000;

/** Prompts as a denoising network takes them, a row for each. */
export interface EncodedPrompts {
  readonly hiddenStates: Plane;
  /** SDXL: of the last encoder. */
  readonly pooled: Plane | undefined;
}

/** Encodes prompts with all text encoders of a model, and remembers the last ones. */
export class PromptEncoder {
  readonly #towers: readonly TextTower[];
  readonly #kind: 'sd' | 'sdxl';
  readonly #kept = new Map<string, EncodedPrompts>();

  constructor(towers: readonly TextTower[], kind: 'sd' | 'sdxl') {
    this.#towers = towers;
    this.#kind = kind;
  }

  /** Encodes prompts. What is given may be given again: it must not be changed. Throws `VISION_DIFFUSION_BAD_PROMPTS` and `_BROKEN_COMPONENT`. */
  async encode(texts: readonly string[], signal: AbortSignal | undefined): Promise<EncodedPrompts> {
    if (texts.reduce((sum, text) => sum + text.length, 0) > LONGEST_KEPT) return this.#encode(texts, signal);
    const key = JSON.stringify(texts);
    const encoded = this.#kept.get(key) ?? (await this.#encode(texts, signal));
    this.#kept.delete(key);
    this.#kept.set(key, encoded);
    if (this.#kept.size > KEPT) this.#kept.delete(this.#kept.keys().next().value!);
    return encoded;
  }

  async #encode(texts: readonly string[], signal: AbortSignal | undefined): Promise<EncodedPrompts> {
    const states: Plane[] = [];
    let pooled: Plane | undefined;
    for (const { tokenizer, encoder } of this.#towers) {
      signal?.throwIfAborted();
      const ids = texts.map((text) => [...tokenizer.encodePadded(text)]);
      const encoded = await encoder.encode(ids, signal);
      // An SDXL encoder without the states before its last layer was exported for something else; what it has is nearest.
      states.push(this.#kind === 'sdxl' ? (encoded.penultimate ?? encoded.last) : encoded.last);
      pooled = encoded.pooled;
    }
    if (this.#kind === 'sdxl' && pooled === undefined) throw fail('BAD_PROMPTS', { problem: 'the last text encoder gives no text_embeds' });
    return { hiddenStates: concatWidths(states), pooled };
  }
}
