/** Words that are one token each, by merges of their letters from left to right. */
const WORDS = ['a', 'photo', 'of', 'the', 'cat', 'dog', 'castle', 'house', 'red', 'blue', 'on', 'in'];
const END = '</w>';

/** A language of bytes and a few words, in the files of a CLIP tokenizer. The first token is `!`, the last is `<|endoftext|>`. */
export function tokenizerFiles({ padToken = '<|endoftext|>' }: { readonly padToken?: string } = {}): Readonly<Record<string, string>> {
  const merges = [...new Set(WORDS.flatMap(mergesOf))];
  return {
    'vocab.json': JSON.stringify(Object.fromEntries(tokensOf(merges).map((token, id) => [token, id]))),
    'merges.txt': `#version: 0.2\n${merges.join('\n')}\n`,
    'tokenizer_config.json': JSON.stringify({ tokenizer_class: 'CLIPTokenizer', model_max_length: 77, pad_token: padToken }),
    'special_tokens_map.json': JSON.stringify({ bos_token: '<|startoftext|>', eos_token: '<|endoftext|>', pad_token: padToken }),
  };
}

/** How many tokens the language has. */
export function vocabularySize(): number {
  return tokensOf([...new Set(WORDS.flatMap(mergesOf))]).length;
}

function tokensOf(merges: readonly string[]): readonly string[] {
  const bytes = byteLetters();
  const merged = merges.map((merge) => merge.replace(' ', ''));
  return [...bytes, ...bytes.map((letter) => letter + END), ...new Set(merged), '<|startoftext|>', '<|endoftext|>'];
}

function mergesOf(word: string): readonly string[] {
  const letters = [...word.slice(0, -1), word.slice(-1) + END];
  return letters.slice(1).map((letter, i) => `${letters.slice(0, i + 1).join('')} ${letter}`);
}

/** The letter that stands for each byte in byte-level vocabularies: printable ones for themselves, the others from 256 on. */
function byteLetters(): readonly string[] {
  const printable = [...range(33, 127), ...range(161, 173), ...range(174, 256)];
  const others = range(0, 256).filter((byte) => !printable.includes(byte));
  return [...printable, ...others.map((_, i) => 256 + i)].map((code) => String.fromCodePoint(code));
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}
