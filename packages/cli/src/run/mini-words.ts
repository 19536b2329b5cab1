/** Words that the small models were trained on: `tools/train-mini/mini/world/captions.py`. */
const KNOWN = new Set(
  [
    'circle disc disk square box triangle diamond rhombus star heart ring donut cross plus',
    'red orange yellow green blue purple violet pink brown white black grey gray cyan turquoise',
    'small little tiny medium sized large big huge',
    'in on at of to the a an and with against above over below under underneath left right top bottom upper lower middle center centre corner side',
    'plain striped stripy dotted spotted gradient shaded checkered chequered background backdrop',
    'picture image drawing photo',
  ].flatMap((words) => words.split(' ')),
);

/** Words of a prompt that mean nothing to the small models, each once. */
export function unknownWords(prompt: string): readonly string[] {
  return [...new Set(prompt.toLowerCase().match(/\p{L}+/gu) ?? [])].filter((word) => !KNOWN.has(word));
}
