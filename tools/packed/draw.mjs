// Draws with the small models as they were installed: their weights are in the package, and the plugin finds them there.
import assert from 'node:assert/strict';
import { fakeLoadContext, recordRun } from '@vision-sdk/core/testing';
import { decodeBase64Image } from '@vision-sdk/image';
import { sdxl } from '@vision-sdk/models-mini';
import sdxlTurbo from '@vision-sdk/plugin-sdxl-turbo';

const plugin = sdxlTurbo(sdxl);
const [model] = plugin.contribute(plugin.options.parse(plugin.given)).models;
const { synapse, run } = model.pipelines.find((pipeline) => pipeline.synapse.name === 'TextToImage');
const request = synapse.request.parse({ seed: 7, text_prompts: [{ text: 'a red circle on a white background' }] });
const loaded = await model.load(fakeLoadContext({ threads: 2 }));
const { image_b64s } = await run(loaded, request, recordRun(new AbortController().signal));
const { width, height, data } = await decodeBase64Image(image_b64s[0]);
await loaded[Symbol.asyncDispose]();
assert.deepEqual([width, height], [64, 64]);
const [red, green, blue] = data.subarray((32 * width + 32) * 3);
assert.ok(red > 150 && green < 110 && blue < 110, `the middle of a red circle is ${[red, green, blue]}`);
