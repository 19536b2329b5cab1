import type { ControlType } from './options.ts';

/** Name of a ControlNet's component, in `placement` and in errors. */
export function componentOf(type: ControlType): string {
  return `controlnet_${type}`;
}
