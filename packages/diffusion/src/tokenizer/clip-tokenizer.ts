import { fail } from '../errors.ts';
import { BytePairs } from './byte-pairs.ts';
import { fixText } from './fix-text.ts';
import type { Vocabulary } from './vocabulary.ts';

const START = '<|startoftext|>';
const END = '<|endoftext|>';
/** White space as Python knows it. */
const SPACE = ['\\s', '\\x1c-\\x1f', '\\x85'].join('');
const WORDS = new RegExp(`<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|\\p{L}+|\\p{N}|[^${SPACE}\\p{L}\\p{N}]+`, 'giu');
const SPACES = new RegExp(`[${SPACE}]+`, 'g');
const CACHED_WORDS = 10_000;
const LONGEST_CACHED = 64;

/** How a tokenizer fills up. */
export interface ClipTokenizerOptions {
  /** Ids of a prompt with its first and last: 77 by default. */
  readonly maxLength?: number;
  /**
   * The token after the end: `<|endoftext|>` by default, `!` for SDXL's second text encoder. Written in a prompt it is this token too, and no longer a word:
   * transformers takes special tokens out of a text before it reads it.
   */
  readonly padToken?: string;
}

/** Turns prompts into CLIP's token ids, as transformers' `CLIPTokenizer` with ftfy does. */
export interface ClipTokenizer {
  readonly maxLength: number;
  readonly padId: number;
  /** Ids from start to end without padding; a long prompt is cut, its end token kept. */
  encode(text: string): number[];
  /** Ids filled up to `maxLength`. */
  encodePadded(text: string): Int32Array;
  /** How many ids a prompt has uncut, start and end included. */
  count(text: string): number;
}

/** Makes a tokenizer of a vocabulary. Throws `VISION_DIFFUSION_BAD_VOCABULARY` if it is not CLIP's kind. */
export function createClipTokenizer({ ids, merges }: Vocabulary, options: ClipTokenizerOptions = {}): ClipTokenizer {
  const { maxLength = 77, padToken = END } = options;
  const special = new Map([START, END, padToken].map((token) => [token, ids.get(token)]));
  for (const [token, id] of special) if (id === undefined) throw fail('BAD_VOCABULARY', { problem: `the vocabulary lacks ${token}` });
  const [start, end, padId] = [special.get(START)!, special.get(END)!, special.get(padToken)!];
  const words = new WordEncoder(new BytePairs(ids, merges), special as ReadonlyMap<string, number>);
  const encode = (text: string) => [start, ...words.encode(text, maxLength - 2), end];
  return {
    maxLength,
    padId,
    encode,
    encodePadded(text) {
      const padded = new Int32Array(maxLength).fill(padId);
      padded.set(encode(text));
      return padded;
    },
    count: (text) => words.encode(text, Number.POSITIVE_INFINITY).length + 2,
  };
}

/** Encodes words, and remembers those that it has seen. */
class WordEncoder {
  readonly #pairs: BytePairs;
  readonly #special: ReadonlyMap<string, number>;
  readonly #specialTokens: RegExp;
  readonly #seen = new Map<string, readonly number[]>();

  constructor(pairs: BytePairs, special: ReadonlyMap<string, number>) {
    this.#pairs = pairs;
    this.#special = special;
    this.#specialTokens = new RegExp(`(${[...special.keys()].map(literally).join('|')})`);
  }

  encode(text: string, most: number): number[] {
    const ids: number[] = [];
    for (const [i, part] of text.split(this.#specialTokens).entries()) {
      if (ids.length >= most) break;
      // What the expression captures stands at the odd places.
      if (i % 2 === 1) ids.push(this.#special.get(part)!);
      else this.#encodeWords(part, most, ids);
    }
    return ids.slice(0, most);
  }

  #encodeWords(text: string, most: number, ids: number[]): void {
    for (const [word] of cleaned(text).matchAll(WORDS)) {
      if (ids.length >= most) return;
      for (const id of this.#word(word)) ids.push(id);
    }
  }

  #word(word: string): readonly number[] {
    // Written in another case, or as entities, they are words like any other, of one token.
    if (word === START || word === END) return [this.#special.get(word)!];
    const known = this.#seen.get(word);
    if (known !== undefined) return known;
    const ids = this.#pairs.encode(Buffer.from(word, 'utf8'));
    if (word.length > LONGEST_CACHED) return ids;
    if (this.#seen.size >= CACHED_WORDS) this.#seen.clear();
    this.#seen.set(word, ids);
    return ids;
  }
}

function cleaned(text: string): string {
  return fixText(text).replace(SPACES, ' ').trim().toLowerCase();
}

/** An expression for nothing but this text. */
function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
