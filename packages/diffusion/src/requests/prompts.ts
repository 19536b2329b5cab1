/** What Vision puts before every negative prompt. */
export const VISION_NEGATIVE_PREFIX = [
  ...['sexual', 'nude', 'sex', '18+', 'naked', 'nsfw', 'porn', 'dick', 'vagina', 'naked child', 'explicit content', 'uncensored'],
  ...['fuck', 'nipples', 'visible nipples', 'naked breasts', 'areola', 'worst quality', 'low quality'],
].join(', ');

/** What Vision puts before Kandinsky's, the first two words stuck together as they are there. */
export const KANDINSKY_NEGATIVE_PREFIX = `overexposed${VISION_NEGATIVE_PREFIX}`;

/** A prompt of a request. */
export interface TextPrompt {
  readonly text: string;
  /** Below 0 for what is not wanted; null counts as wanted. How far from 0 makes no difference. */
  readonly weight?: number | null;
}

/** The two prompts that a diffusion model takes. */
export interface SplitPrompts {
  readonly prompt: string;
  readonly negativePrompt: string;
}

/** The prompts of a request as Vision gives them to its models: joined without anything between, and the unwanted ones behind a prefix. */
export function splitPrompts(
  prompts: readonly TextPrompt[],
  { negativePrefix = '' }: { readonly negativePrefix?: string } = {},
): SplitPrompts {
  const unwanted = ({ weight }: TextPrompt) => (weight ?? 0) < 0;
  const joined = (chosen: readonly TextPrompt[]) => chosen.map(({ text }) => text).join('');
  return {
    prompt: joined(prompts.filter((prompt) => !unwanted(prompt))),
    negativePrompt: negativePrefix + joined(prompts.filter(unwanted)),
  };
}
