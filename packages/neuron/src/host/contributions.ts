import { type Contributions, type Plugin, validate } from '@vision-sdk/core';
import { fail } from './errors.ts';
import { optionProblems } from './option-problems.ts';

/** What one plugin contributes with the options it was given. */
export interface PluginContributions {
  readonly plugin: Plugin;
  readonly contributions: Contributions;
}

/** Checks a plugin's options and asks what it contributes. Throws `VISION_HOST_OPTIONS` or `VISION_HOST_CONTRIBUTE`. */
export async function contributionsOf(plugin: Plugin): Promise<PluginContributions> {
  const options = await checkOptions(plugin);
  try {
    return { plugin, contributions: plugin.contribute(options) };
  } catch (error) {
    throw broken(plugin, error);
  }
}

async function checkOptions(plugin: Plugin): Promise<unknown> {
  const result = await validate(plugin.options, plugin.given).catch((error: unknown) => {
    throw broken(plugin, error);
  });
  if (!result.ok) throw fail('OPTIONS', { plugin: plugin.name, issues: optionProblems(plugin.options, plugin.given, result.issues) });
  return result.value;
}

function broken(plugin: Plugin, cause: unknown): Error {
  return fail('CONTRIBUTE', { plugin: plugin.name, reason: cause instanceof Error ? cause.message : String(cause) }, { cause });
}
