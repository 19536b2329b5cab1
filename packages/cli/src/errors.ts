import { defineErrors } from '@vision-sdk/core';

const MISSING: Readonly<Record<string, string>> = {
  '--prompt': 'Say what the picture should show: --prompt "a red circle on a white background".',
  '--image': 'Give the picture to begin with: --image photo.png.',
  '--mask': 'Give a picture that is white where the other one is to be repainted: --mask mask.png.',
};

/** Errors of the `vision` command. */
export const fail = defineErrors('VISION_CLI', {
  USAGE: {
    message: (d: { problem: string }) => capitalised(d.problem),
    hint: () => '`vision --help` lists the commands, `vision <command> --help` its flags.',
  },
  SYNAPSE_UNKNOWN: {
    message: (d: { name: string; known: readonly string[]; leftOut: readonly string[] }) =>
      `There is no operation ${JSON.stringify(d.name)} among the configured plugins.${leftOutNote(d.leftOut)}`,
    hint: (d) =>
      `${d.leftOut.length === 0 ? '' : '`vision doctor` says what is missing. '}${d.known.length === 0 ? 'Configure a plugin that serves it.' : `Use one of: ${d.known.join(', ')}.`}`,
  },
  FIELD_UNKNOWN: {
    message: (d: { synapse: string; flag: string; fields: readonly string[] }) => `${d.synapse} takes no ${d.flag}.`,
    hint: (d) => `Its request has these fields: ${d.fields.join(', ')}. Set any of them by --param field=value.`,
  },
  REQUEST_INVALID: {
    message: (d: { synapse: string; issues: string }) => `The request does not fit ${d.synapse}: ${d.issues}.`,
    hint: () => 'Change the flag that sets the field; `vision run --help` lists them.',
  },
  FLAG_MISSING: {
    message: (d: { synapse: string; flags: readonly string[] }) => `${d.synapse} needs ${d.flags.join(' and ')}.`,
    hint: (d) => d.flags.map((flag: string) => MISSING[flag] ?? `Give ${flag}.`).join(' '),
  },
  VALUE_INVALID: {
    message: (d: { flag: string; value: string; expected: string }) => `${d.flag} cannot be ${JSON.stringify(d.value)}.`,
    hint: (d) => `Give ${d.expected}.`,
  },
  FILE_UNREADABLE: {
    message: (d: { file: string; reason: string }) => `Cannot read ${d.file}: ${d.reason}.`,
    hint: () => 'Check the path and its permissions.',
  },
  FILE_UNWRITABLE: {
    message: (d: { file: string; reason: string }) => `Cannot write ${d.file}: ${d.reason}.`,
    hint: () => 'Choose another path, or make the folder writable.',
  },
  FILE_EXISTS: {
    message: (d: { file: string }) => `${d.file} is already there.`,
    hint: () => 'Add --force to replace it, or write to another folder by --dir.',
  },
  ANSWERS_NEEDED: {
    message: (_: { command: string }) => 'This terminal cannot be asked questions.',
    hint: (d) => `Give the answers as flags and add --yes: \`${d.command} --yes\` takes the default of every question that has no flag.`,
  },
  PASSWORD_NEEDED: {
    message: (d: { what: string }) => `${d.what} needs a password, and none was given.`,
    hint: () => 'Run it on a terminal, which asks for it, or give it by --password-file FILE or the variable VISION_COLDKEY_PASSWORD.',
  },
  INTERRUPTED: {
    message: (d: { what: string }) => `${d.what} was interrupted.`,
    hint: () => 'Start it again when you are ready; nothing half-done is left behind.',
  },
  VALIDATOR_UNREACHABLE: {
    message: (d: { url: string; reason: string }) => `The validator at ${d.url} cannot be reached: ${d.reason}.`,
    hint: () => 'Check the address and that `vision validator start` runs there with validator.gateway.port set.',
  },
  VALIDATOR_REFUSED: {
    message: (d: { url: string; status: number; reason: string }) => `The validator at ${d.url} answered ${d.status}: ${d.reason}.`,
    hint: (d) =>
      d.status === 401 || d.reason === 'API key is missing'
        ? 'Give its API key by --api-key or VISION_API_KEY.'
        : 'Change the request, or try again later.',
  },
  RESPONSE_EMPTY: {
    message: (d: { synapse: string; reason: string }) => `${d.synapse} brought no picture: ${d.reason}.`,
    hint: () => 'Add --json to see the whole response.',
  },
  PLUGIN_UNKNOWN: {
    message: (d: { name: string; known: readonly string[] }) => `No plugin ${JSON.stringify(d.name)} is configured.`,
    hint: (d) => `Configured are: ${d.known.join(', ') || 'none'}. Add it to \`plugins\` in your config.`,
  },
  MODEL_UNKNOWN: {
    message: (d: { name: string; known: readonly string[] }) => `No configured plugin has a model ${JSON.stringify(d.name)}.`,
    hint: (d) => `There are: ${d.known.join(', ') || 'none'}. Add its plugin to \`plugins\` in your config.`,
  },
  DEMO_PROCESS_DIED: {
    message: (d: { name: string; reason: string; tail: string }) =>
      `The demo's ${d.name} ended early (${d.reason}). Its last words:\n${d.tail}`,
    hint: () => 'Read its whole log in demo-output/logs; `vision doctor` says what this machine lacks.',
  },
  DEMO_TIMEOUT: {
    message: (d: { waitingFor: string; seconds: number }) => `The demo waited ${d.seconds} s for ${d.waitingFor} and gave up.`,
    hint: () =>
      'A busy machine may be too slow: end other programs and try again, or give it longer by --timeout. Logs are in demo-output/logs.',
  },
  DEMO_MISBEHAVED: {
    message: (d: { findings: readonly string[] }) => `The subnet did not behave as it should: ${d.findings.join('; ')}.`,
    hint: () => 'Read demo-output/summary.json and demo-output/logs; on a heavily loaded machine, run the demo again.',
  },
});

function leftOutNote(plugins: readonly string[]): string {
  return plugins.length === 0 ? '' : ` Default plugins were left out, because their weights are missing: ${plugins.join(', ')}.`;
}

function capitalised(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
