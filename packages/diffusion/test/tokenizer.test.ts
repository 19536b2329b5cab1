import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { fixText, loadClipTokenizer } from '../src/index.ts';
import { createClipTokenizer } from '../src/tokenizer/clip-tokenizer.ts';
import { parseTokenizerJson, parseVocabulary } from '../src/tokenizer/vocabulary.ts';
import { goldenJson, goldenPath, hasGoldens } from './goldens.ts';

interface Row {
  readonly text: string;
  readonly ids: readonly number[];
  readonly hf_untruncated_len: number;
  readonly clip_clean: string;
}

const here = hasGoldens('clip/vocab');
const { rows } = goldenJson<{ rows: readonly Row[] }>('clip/tokens.json');
const cases = rows.map((row, i) => ({ ...row, name: `${i}: ${JSON.stringify(row.text).slice(0, 60)}` }));

describe.skipIf(!here)(here ? 'CLIP tokens' : 'CLIP tokens: VISION_GOLDENS has no numerics/clip/vocab', async () => {
  const read = (file: string) => readFile(goldenPath(`clip/vocab/${file}`), 'utf8');
  const fromFiles = here ? createClipTokenizer(parseVocabulary(await read('vocab.json'), await read('merges.txt'))) : undefined!;
  const fromJson = here ? createClipTokenizer(parseTokenizerJson(await read('tokenizer.json'))) : undefined!;
  const second = here ? createClipTokenizer(parseTokenizerJson(await read('tokenizer.json')), { padToken: '!' }) : undefined!;

  it.each(cases)('$name', ({ text, ids, hf_untruncated_len: length }) => {
    expect(fromFiles.encode(text)).toEqual(ids);
    expect(fromJson.encode(text)).toEqual(ids);
    expect(fromFiles.count(text)).toBe(length);
  });

  it('pads with the end token, or with the token that a second text encoder has', () => {
    expect([...fromFiles.encodePadded('a')]).toEqual([49406, 320, ...new Array(75).fill(49407)]);
    expect([...second.encodePadded('a')]).toEqual([49406, 320, 49407, ...new Array(74).fill(0)]);
  });

  // Ids of transformers' CLIPTokenizer with pad_token='!'; the wide one becomes narrow only after special tokens were looked for.
  it.each([
    ['a cat!', [320, 2368, 0]],
    ['wow!! great', [2781, 0, 0, 830]],
    ['hey ?!?', [2189, 286, 0, 286]],
    ['a!b', [320, 0, 321]],
    ["it's!  spaced ! out", [585, 568, 0, 10336, 538, 0, 620]],
    ['a cat\uff01', [320, 2368, 256]],
  ])('takes the padding token out of %j, as the second tokenizer of SDXL does', (text, ids) => {
    expect(second.encode(text)).toEqual([49406, ...ids, 49407]);
    expect(second.count(text)).toBe(ids.length + 2);
  });

  it('takes a word of more tokens than a call has room for arguments', () => {
    expect(fromFiles.count('\u{1f9ff}'.repeat(100_000))).toBeGreaterThan(200_000);
  });

  it('keeps the end token of a prompt that is cut', () => {
    const ids = fromFiles.encode('cat '.repeat(3000));
    expect(ids).toEqual([49406, ...new Array(75).fill(2368), 49407]);
  });

  it('takes a word of 40,000 letters', () => {
    const word = 'thequickbrownfoxjumpsoverthelazydog'.repeat(1200);
    expect(fromFiles.encode(word)).toHaveLength(77);
    expect(fromFiles.encode(word).slice(0, 20)).toEqual(fromFiles.encode(word.slice(0, 400)).slice(0, 20));
  });

  it('loads a published folder', async () => {
    const loaded = await loadClipTokenizer(goldenPath('clip/vocab'));
    expect([loaded.maxLength, loaded.padId, loaded.encode('a photo of a cat')]).toEqual([
      77,
      49407,
      [49406, 320, 1125, 539, 320, 2368, 49407],
    ]);
  });
});

describe('fixText', () => {
  it.each([
    ['&EACUTE; &eacute; &unknown; &#233; &#xe9; &#59;', '\u00c9 \u00e9 &unknown; \u00e9 \u00e9 &#59;'],
    ['&lt;b&gt; &amp;amp;', '<b> &'],
    ['<b>&amp;</b>', '<b>&amp;</b>'],
    ['a &amp; b\n< c &amp; d\ne &amp; f', 'a & b\n< c &amp; d\ne &amp; f'],
    ['\u00c3\u0192\u00c2\u00a9', '\u00e9'],
    ['VOIL\u00c0\u2026', 'VOIL\u00c0\u2026'],
    ['voil\u00c3 le travail', 'voil\u00e0 le travail'],
    ['caf\u00e9', 'caf\u00e9'],
    ['\ud800x', '\ufffdx'],
    ['\u0132sselmeer', 'IJsselmeer'],
  ])('%j -> %j', (text, fixed) => {
    expect(fixText(text)).toBe(fixed);
  });
});

describe('UTF-8 that was read as another character set', () => {
  const misread = (text: string, encoding: 'latin1' | 'windows-1252') =>
    encoding === 'latin1' ? Buffer.from(text).toString('latin1') : new TextDecoder('windows-1252').decode(Buffer.from(text));
  const words = ['café au lait', 'schön', 'São Paulo', 'l\u00e0-bas', 'Привет', '日本', '½ cup', '20 €', '😀 smile', 'naïve — but sound'];

  it.each(words)('%j comes back, read wrongly once or twice', (word) => {
    for (const encoding of ['latin1', 'windows-1252'] as const) {
      const plain = fixText(word);
      expect(fixText(misread(word, encoding))).toBe(plain);
      expect(fixText(misread(misread(word, encoding), encoding))).toBe(plain);
      expect(fixText(`sound é, then ${misread(word, encoding)}, then sound ü`)).toBe(`sound é, then ${plain}, then sound ü`);
    }
  });

  it.each(['CAFÉ…', 'EL NIÑO’S', 'naïve façade', 'Ångström', 'Привет', '“quoted”', 'MAÇÃ', '£5 ±1°'])(
    '%j was sound and stays so',
    (word) => {
      expect(fixText(word)).toBe(word.replaceAll(/[‘’]/g, "'").replaceAll(/[“”]/g, '"'));
    },
  );
});

it('takes away no more than 64 layers of nested entities', () => {
  expect(fixText(`&${'amp;'.repeat(63)}lt;`)).toBe('<');
  expect(fixText(`&${'amp;'.repeat(200_000)}`)).toBe(`&${'amp;'.repeat(200_000 - 64)}`);
});

describe('a vocabulary', () => {
  it.each([
    ['no JSON', () => parseTokenizerJson('{'), 'tokenizer.json is not JSON'],
    ['another kind of model', () => parseTokenizerJson('{"model":{"type":"Unigram"}}'), 'tokenizer.json: '],
    ['a merge of one', () => parseVocabulary('{}', '#version\nab'), '"ab" is not a merge of two tokens'],
    ['no end token', () => createClipTokenizer(parseVocabulary('{"<|startoftext|>":1}', '#v\na b')), 'lacks <|endoftext|>'],
    ['no bytes', () => createClipTokenizer(parseVocabulary('{"<|startoftext|>":1,"<|endoftext|>":2}', '#v\na b')), 'lacks "\u0100"'],
  ])('of %s is refused', (_, make, message) => {
    expect(make).toThrow(message);
  });

  it('that is not there is refused', async () => {
    await expect(loadClipTokenizer('/nowhere')).rejects.toThrow('has neither tokenizer.json nor vocab.json and merges.txt');
  });
});
