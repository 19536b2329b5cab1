import { pluginChecks } from '@vision-sdk/core/testing';
import { describe, it } from 'vitest';
import { PLUGINS } from './plugins.ts';

describe.each(Object.entries(PLUGINS))('the conformance checks of the plugin that runs %s pass', async (_, plugin) => {
  for (const check of await pluginChecks(plugin)) it(check.name, check.run);
});
