import { defineErrors } from '@vision-sdk/core';

/** Errors of the validator: tasks, judging, store, weights, synthetic data and gateway. */
export const fail = defineErrors('VISION_VALIDATOR', {
  REQUEST_INVALID: {
    message: (d: { synapse: string; issues: string }) => `The ${d.synapse} request is not valid: ${d.issues}.`,
    hint: () => 'Correct the fields that are named; /openapi.json of the gateway lists what each operation takes.',
  },
  SAMPLE_FAILED: {
    message: (d: { synapse: string; reason: string }) => `No synthetic ${d.synapse} request could be made: ${d.reason}`,
    hint: () => "Correct the pipeline's sample(); `vision plugins check <package>` shows the fault. Other operations go on.",
  },
  NO_MINERS: {
    message: (d: { synapse: string }) => `No miner serves ${d.synapse} at the moment.`,
    hint: () => 'Try again in a minute; the validator asks miners what they serve at every resync.',
  },
  NO_VALID_ANSWER: {
    message: (d: { synapse: string; failures: string }) => `No miner gave a valid answer to this ${d.synapse} request (${d.failures}).`,
    hint: (d) =>
      d.failures === 'refused'
        ? 'Miners refuse what their models do not take: send a smaller picture or other values, or the same again for other miners.'
        : 'Send the request again; other miners will be asked.',
  },
  NOT_VERIFIED: {
    message: (d: { synapse: string; judged: boolean }) =>
      `Miners answered this ${d.synapse} request, but ${d.judged ? 'no answer was found to be right' : 'the answers could not be judged'}.`,
    hint: (d) =>
      d.judged
        ? 'Send the request again; other miners may be asked.'
        : "Send it again, or without the header vision-verify. The validator's log says why judging failed.",
  },
  WITHHELD: {
    message: (d: { synapse: string }) => `The miner withheld the result of this ${d.synapse} request as unsafe.`,
    hint: () => 'Change the prompt or the picture; sending the same request again gives the same result.',
  },
  UNKNOWN_FIELDS: {
    message: (d: { synapse: string; fields: readonly string[]; known: readonly string[] }) =>
      `${d.synapse} has no field ${d.fields.map((field) => `"${field}"`).join(', ')}; it has ${d.known.join(', ')}.`,
    hint: () => 'Remove or rename the fields that are named.',
  },
  SEED_NOT_ALLOWED: {
    message: (d: { synapse: string }) => `The seed of a ${d.synapse} request is chosen by the validator.`,
    hint: () => 'Leave out "seed": a seed known beforehand would let miners answer from a store.',
  },
  REWARD_UNKNOWN: {
    message: (d: { reward: string; synapse: string; known: readonly string[] }) =>
      `The config names reward model "${d.reward}" for ${d.synapse}, and no plugin has it; there is ${d.known.join(', ') || 'none'}.`,
    hint: () => 'Correct "validator.rewards", or add the plugin that contributes this reward model to "plugins".',
  },
  REWARD_MISSING: {
    message: (d: { synapse: string }) => `No reward model is configured for ${d.synapse}.`,
    hint: (d) => `Set "validator.rewards": { "${d.synapse}": "<id>" } or a "*" entry for all operations.`,
  },
  REWARD_INVALID: {
    message: (d: { reward: string; reason: string }) => `Reward model "${d.reward}" broke its promise: ${d.reason}.`,
    hint: () => 'The round is discarded. Report this to the author of the plugin.',
  },
  JUDGE_TIMEOUT: {
    message: (d: { reward: string; seconds: number }) => `Reward model "${d.reward}" gave no verdict within ${d.seconds} s.`,
    hint: () => 'The round is discarded. When the reference generation is slow, give its model a faster device.',
  },
  SCORING_UNKNOWN: {
    message: (d: { scoring: string; known: readonly string[] }) =>
      `Scoring strategy "${d.scoring}" is not there; known: ${d.known.join(', ')}.`,
    hint: () => 'Correct "validator.scoring", or add the plugin that contributes it.',
  },
  STORE_CORRUPT: {
    message: (d: { file: string; reason: string }) => `The validator's store ${d.file} cannot be read: ${d.reason}.`,
    hint: (d) => `Restore a backup, or move ${d.file} away: scores then start again from nothing.`,
  },
  STORE_READ_ONLY: {
    message: (d: { file: string; reason: string }) => `The validator's store ${d.file} cannot be written: ${d.reason}.`,
    hint: () => 'Give this user the right to write the file and its folder, or set "validator.store" to another place.',
  },
  STORE_NEWER: {
    message: (d: { file: string; found: number; supported: number }) =>
      `The validator's store ${d.file} has schema version ${d.found}; this version knows ${d.supported}.`,
    hint: () => 'Update Vision SDK, or set "validator.store" to another file.',
  },
  STORE_LOCKED: {
    message: (d: { file: string }) => `Another process uses the validator's store ${d.file}.`,
    hint: () => 'Stop the other validator, or give each its own "validator.store".',
  },
  NOT_REGISTERED: {
    message: (d: { hotkey: string; netuid: number }) => `Hotkey ${d.hotkey} is not registered on subnet ${d.netuid}.`,
    hint: () => 'Register the hotkey first; a validator that is not registered can set no weights.',
  },
  PROMPTS_FILE: {
    message: (d: { file: string; reason: string }) => `The prompts file ${d.file} cannot be used: ${d.reason}.`,
    hint: () => 'Give a text file with some hundred lines, one prompt a line, or leave "validator.prompts.file" out.',
  },
  IMAGES_FOLDER: {
    message: (d: { folder: string; reason: string }) => `The images folder ${d.folder} cannot be used: ${d.reason}.`,
    hint: () => 'Put PNG, JPEG or WebP files into the folder, or leave "validator.images.folder" out.',
  },
  GATEWAY_LISTEN: {
    message: (d: { host: string; port: number; reason: string }) => `The gateway cannot listen on ${d.host}:${d.port}: ${d.reason}.`,
    hint: () => 'Stop what uses the port, or set "validator.gateway.port" to another one (0 takes a free one).',
  },
});
