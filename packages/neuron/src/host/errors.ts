import { defineErrors, formatIssues, type SchemaIssue } from '@vision-sdk/core';

/** Nothing that a program does by itself ends it so. */
const isKill = (ending: string) => ending.includes('SIGKILL');
const OUT_OF_MEMORY =
  'Most likely the machine ran out of memory and its kernel ended the process: `dmesg` tells. Free memory, ask for a smaller picture, or take a smaller model or another device.';

/** Errors of the host: config, plugins, registry, dispatcher and workers. */
export const fail = defineErrors('VISION_HOST', {
  API_VERSION: {
    message: (d: { plugin: string; found: number; supported: readonly number[] }) =>
      `Plugin ${d.plugin} is written for plugin API ${d.found}; this host runs ${d.supported.join(', ')}.`,
    hint: (d) =>
      d.found > Math.max(...d.supported)
        ? 'Update @vision-sdk/neuron.'
        : `Update ${d.plugin}, or ask its author for a version built on the current @vision-sdk/core.`,
  },
  REQUIRES: {
    message: (d: { plugin: string; requires: string; configuredLater: boolean }) =>
      `Plugin ${d.plugin} needs ${d.requires}, which is ${d.configuredLater ? 'listed after it' : 'not configured'}.`,
    hint: (d) =>
      d.configuredLater
        ? `Move ${d.requires} above ${d.plugin} in "plugins".`
        : `Run \`npm install ${d.requires}\` and list it above ${d.plugin} in "plugins".`,
  },
  OPTIONS: {
    message: (d: { plugin: string; issues: readonly SchemaIssue[] }) =>
      `The options of plugin ${d.plugin} are not valid: ${formatIssues(d.issues)}.`,
    hint: (d) => `Run \`vision plugins show ${d.plugin}\` to see the options it takes.`,
  },
  CONTRIBUTE: {
    message: (d: { plugin: string; reason: string }) => `Plugin ${d.plugin} failed while it told what it contributes: ${d.reason}`,
    hint: (d) => `This is a fault of ${d.plugin}: run \`vision plugins check ${d.plugin}\` and report what it says to its author.`,
  },
  DUPLICATE: {
    message: (d: { kind: string; id: string; first: string; second: string }) =>
      d.first === d.second
        ? `The ${d.kind} "${d.id}" comes twice from ${d.first}.`
        : `The ${d.kind} "${d.id}" comes from both ${d.first} and ${d.second}.`,
    hint: (d) =>
      d.first === d.second
        ? `List ${d.first} once in "plugins"; if it is listed once, report this to its author.`
        : `Remove ${d.first} or ${d.second} from "plugins".`,
  },
  SYNAPSE_CONFLICT: {
    message: (d: { synapse: string; first: string; second: string }) =>
      `${d.first} and ${d.second} declare the synapse ${d.synapse} differently.`,
    hint: (d) => `Remove one of the two from "plugins", or raise the version of ${d.synapse} in the one that changed it.`,
  },
  RESOURCES: {
    message: (d: { plugin: string; where: string; problem: string }) => `Plugin ${d.plugin} declares ${d.where} wrongly: ${d.problem}.`,
    hint: (d) => `This is a fault of ${d.plugin}: run \`vision plugins check ${d.plugin}\` and report what it says to its author.`,
  },
  NOT_BOUND: {
    message: (d: { service: string }) => `Nothing is bound to "${d.service}".`,
    hint: (d) => `Bind ${d.service} before anything asks for it.`,
  },
  BOUND_TWICE: {
    message: (d: { service: string }) => `"${d.service}" is bound twice.`,
    hint: () => 'Keep one of the two bindings; make a new container for another set of services.',
  },
  CIRCLE: {
    message: (d: { path: readonly string[] }) => `Services need each other in a circle: ${d.path.join(' -> ')}.`,
    hint: () => 'Break the circle: let one of them take what it needs later, as an argument.',
  },
  PLACEMENT: {
    message: (d: { model: string; kind: 'device' | 'component'; name: string; known: readonly string[]; near: string | undefined }) =>
      `"placement" puts ${d.kind === 'device' ? `model "${d.model}" on` : `a component of model "${d.model}" apart:`} "${d.name}", and there is no such ${d.kind}.`,
    hint: (d) => `${d.near === undefined ? '' : `Did you mean "${d.near}"? `}Known: ${d.known.join(', ') || 'none'}.`,
  },
  MODEL_UNKNOWN: {
    message: (d: { model: string; where: string; known: readonly string[]; near: string | undefined }) =>
      `${d.where} names the model "${d.model}", which no plugin contributes.`,
    hint: (d) => `${d.near === undefined ? '' : `Did you mean "${d.near}"? `}Known: ${d.known.join(', ') || 'none'}.`,
  },
  DOES_NOT_FIT: {
    message: (d: { model: string; memory: string; devices: readonly string[] }) =>
      `Model "${d.model}" needs ${d.memory}; no device can hold it: ${d.devices.join(', ')}.`,
    hint: (d) =>
      `Raise "devices.<device>.memory", unpin other models, place components of "${d.model}" on several devices, or remove its plugin.`,
  },
  PINNED_TOO_LARGE: {
    message: (d: { model: string; pinned: readonly string[]; devices: readonly string[] }) =>
      `The pinned models ${d.pinned.join(', ')} do not fit on ${d.devices.join(', ')} together: no room is left for "${d.model}".`,
    hint: () => 'Pin fewer models, or raise "devices.<device>.memory".',
  },
  NOT_SERVED: {
    message: (d: { synapse: string; served: readonly string[] }) => `No configured model serves ${d.synapse}.`,
    hint: (d) => `Configure a plugin that serves it. Served now: ${d.served.join(', ') || 'nothing'}.`,
  },
  REQUEST_INVALID: {
    fault: 'request',
    message: (d: { synapse: string; issues: readonly SchemaIssue[] }) =>
      `The ${d.synapse} request is not valid: ${formatIssues(d.issues)}.`,
    hint: () => 'Correct the named fields and send it again.',
  },
  NOT_ACCEPTED: {
    fault: 'request',
    message: (d: { synapse: string; models: readonly string[]; issues: readonly SchemaIssue[] }) =>
      `No model accepts this ${d.synapse} request (asked: ${d.models.join(', ')}): ${formatIssues(d.issues)}.`,
    hint: () => 'Change what the message names, or configure a model that accepts it.',
  },
  QUEUE_FULL: {
    message: (d: { device: string; queued: number; retryAfterSeconds: number }) =>
      `The queue of ${d.device} is full: ${d.queued} requests wait.`,
    hint: (d) => `Try again in ${d.retryAfterSeconds} s; raise "devices.${d.device}.queue" to let more wait.`,
  },
  STOPPED: {
    message: (d: { synapse: string }) => `The ${d.synapse} request was not run: this process is stopping.`,
    hint: () => 'Send it again once the process has started again.',
  },
  JOB_FAILED: {
    message: (d: { plugin: string; model: string; synapse: string; reason: string }) =>
      `Model "${d.model}" of ${d.plugin} failed on a ${d.synapse} request: ${d.reason}`,
    hint: (d) =>
      `Nothing else was harmed. If it happens again, run \`vision plugins check ${d.plugin}\` and report what it says to its author.`,
  },
  RESPONSE_INVALID: {
    message: (d: { plugin: string; model: string; synapse: string; part: 'response' | 'chunk'; issues: readonly SchemaIssue[] }) =>
      `Model "${d.model}" of ${d.plugin} gave a ${d.synapse} ${d.part} that is not valid: ${formatIssues(d.issues)}.`,
    hint: (d) => `This is a fault of ${d.plugin}: report it to its author.`,
  },
  WORKER_DIED: {
    message: (d: { model: string; ending: string; attempts: number; lastOutput: string }) =>
      `The process of model "${d.model}" ${d.ending} during a request${d.attempts > 1 ? `, ${d.attempts} times in a row` : ''}.${d.lastOutput === '' ? '' : ` Last output: ${d.lastOutput}`}`,
    hint: (d) => (isKill(d.ending) ? OUT_OF_MEMORY : 'Look for lack of memory (`dmesg`, `nvidia-smi`) and at the last output.'),
  },
  LOAD_FAILED: {
    message: (d: { plugin: string; model: string; reason: string }) => `Model "${d.model}" of ${d.plugin} could not be loaded: ${d.reason}`,
    hint: () => 'Run `vision doctor` to check weights, devices and memory.',
  },
  LOAD_CRASHED: {
    message: (d: { plugin: string; model: string; ending: string; lastOutput: string }) =>
      `The process of model "${d.model}" of ${d.plugin} ${d.ending} while it was loaded.${d.lastOutput === '' ? '' : ` Last output: ${d.lastOutput}`}`,
    hint: (d) =>
      isKill(d.ending)
        ? OUT_OF_MEMORY
        : 'Look for lack of memory (`dmesg`, `nvidia-smi`) and at the last output; `vision doctor` checks device and weights.',
  },
  LOAD_TIMEOUT: {
    message: (d: { plugin: string; model: string; timeoutMs: number }) =>
      `Model "${d.model}" of ${d.plugin} was not loaded within ${d.timeoutMs / 1000} s and was ended.`,
    hint: () => 'Check that its weights lie on a fast disk and that the device answers; `vision doctor` tells.',
  },
  MODEL_BROKEN: {
    message: (d: { model: string; failures: number; retryAfterSeconds: number; reason: string }) =>
      `Model "${d.model}" failed to load ${d.failures} times in a row and is left alone for ${d.retryAfterSeconds} s. Last time: ${d.reason}`,
    hint: (d) => `Run \`vision doctor\`, put right what it names, and try again in ${d.retryAfterSeconds} s.`,
  },
  MODULE_WITHOUT_PLUGIN: {
    message: (d: { module: string }) => `The default export of ${d.module} does not make a plugin, so a worker process cannot load it.`,
    hint: () => 'Export the result of definePlugin() by default from the module that `module: import.meta.url` names.',
  },
  MODEL_NOT_IN_MODULE: {
    message: (d: { plugin: string; model: string }) =>
      `Plugin ${d.plugin} has no model "${d.model}" in a worker process, but had it in the host.`,
    hint: (d) =>
      `What a plugin contributes may depend on its options only, not on time, environment or chance: report this to the author of ${d.plugin}.`,
  },
  NOT_SENDABLE: {
    message: (d: { model: string; synapse: string; reason: string }) =>
      `The ${d.synapse} request cannot be sent to the process of model "${d.model}": ${d.reason}`,
    hint: () => 'Requests are plain data: no functions, no class instances with private state.',
  },
  WEIGHTS_UNDECLARED: {
    message: (d: { model: string; file: string; declared: readonly string[] }) =>
      `Model "${d.model}" asked for the weight file ${d.file}, which it does not declare.`,
    hint: (d) => `Declare it in the model's "weights". Declared: ${d.declared.join(', ') || 'none'}.`,
  },
  WEIGHTS_MISSING: {
    message: (d: { model: string; file: string; path: string; from: string | undefined }) =>
      `The weight file ${d.file} of model "${d.model}" is not at ${d.path}.`,
    hint: (d) =>
      d.from === undefined
        ? 'Put the file there, or correct the path in the options of the plugin.'
        : `Run \`vision models pull ${d.model}\` (it comes from ${d.from}), or set "weightsDirectory" to the folder that has it.`,
  },
  CONFIG_NOT_FOUND: {
    message: (d: { file: string }) => `There is no config at ${d.file}.`,
    hint: () => 'Correct the path, or run `vision init` to write a config.',
  },
  CONFIG_UNREADABLE: {
    message: (d: { file: string; reason: string }) => `${d.file} cannot be read: ${d.reason}`,
    hint: (d) =>
      /\.ya?ml$/.test(d.file) ? 'Correct the named line; YAML indents by spaces only.' : 'Correct the named place in the file.',
  },
  CONFIG_INVALID: {
    message: (d: { file: string; problems: readonly string[] }) =>
      `${d.file} is not valid:\n${d.problems.map((problem) => `  - ${problem}`).join('\n')}`,
    hint: () => 'Correct the named keys; docs/configuration.md lists them all.',
  },
  PLUGIN_NOT_FOUND: {
    message: (d: { plugin: string; from: string; isPath: boolean }) => `The plugin "${d.plugin}" cannot be found from ${d.from}.`,
    hint: (d) =>
      d.isPath
        ? 'Correct the path; it is relative to the config file. A package folder has to be built: what its package.json exports must be there.'
        : `Run \`npm install ${d.plugin}\` in the folder of the config.`,
  },
  PLUGIN_IMPORT: {
    message: (d: { plugin: string; reason: string }) => `The plugin "${d.plugin}" fails while it is imported: ${d.reason}`,
    hint: (d) =>
      `Check that it is built and that its dependencies are installed; run \`npm install\` again, then report it to the author of ${d.plugin}.`,
  },
  PLUGIN_NO_DEFAULT: {
    message: (d: { plugin: string; exports: readonly string[] }) => `The module of "${d.plugin}" has no default export.`,
    hint: (d) =>
      `A plugin's module exports the result of definePlugin() by default; this one exports ${d.exports.join(', ') || 'nothing'}.`,
  },
  NOT_A_PLUGIN: {
    message: (d: { plugin: string; found: string }) => `"${d.plugin}" is not a plugin: its default export is ${d.found}.`,
    hint: () => 'A plugin\'s module exports the result of definePlugin() by default. Check the name in "plugins".',
  },
  CHAIN_UNKNOWN: {
    message: (d: { chain: string; known: readonly string[] }) => `No plugin contributes the chain "${d.chain}".`,
    hint: (d) => `Correct "chain" in the config or add the plugin that has it. There is: ${d.known.join(', ') || 'none'}.`,
  },
  NOT_REGISTERED: {
    message: (d: { hotkey: string; netuid: number; chain: string }) => `The hotkey ${d.hotkey} is not registered on subnet ${d.netuid}.`,
    hint: (d) =>
      `Register it on the chain "${d.chain}" first (\`vision chain register\`, or \`btcli subnet register --netuid ${d.netuid}\`), or correct "wallet" in the config.`,
  },
  FILTER_UNKNOWN: {
    message: (d: { filter: string; known: readonly string[] }) => `No plugin contributes the filter "${d.filter}".`,
    hint: (d) => `Correct "filters" in the config or add the plugin that has it. There is: ${d.known.join(', ') || 'none'}.`,
  },
  FILTER_FAILED: {
    message: (d: { filter: string; synapse: string; reason: string }) =>
      `The filter "${d.filter}" failed on a ${d.synapse} response, which was held back: ${d.reason}`,
    hint: () => 'Nothing unfiltered left this neuron. Look at the cause in the log; while it lasts, requests end with an error.',
  },
});
