const THINGS = ['circle', 'square', 'triangle', 'diamond', 'star', 'heart', 'ring', 'cross'];
const COLOURS = ['red', 'orange', 'yellow', 'green', 'blue', 'purple', 'pink', 'cyan', 'black', 'white'];
const SIZES = ['small', 'large'];
const PLACES = ['in the middle', 'on the left', 'on the right', 'at the top', 'at the bottom', 'in the upper left corner'];
const GROUNDS = ['a white', 'a black', 'a yellow', 'a striped blue', 'a dotted green', 'a checkered red', 'a gradient purple'];

/** Prompts in the words that the small models know, one a line, for a validator's file of prompts: it makes up new ones of them. */
export function promptLines(): string {
  const lines = COLOURS.flatMap((colour, row) =>
    THINGS.map((thing, column) => {
      const pick = <T>(items: readonly T[]) => items[(row * THINGS.length + column) % items.length];
      return `a ${pick(SIZES)} ${colour} ${thing} ${pick(PLACES)} on ${pick(GROUNDS)} background`;
    }),
  );
  return `${lines.join('\n')}\n`;
}
