import { type Command, Option } from 'commander';
import { port, several, wholeNumber } from './flags.ts';
import type { Bind } from './invocation.ts';

/** `vision init`. */
export function declareInit(program: Command, bind: Bind): void {
  const command = program
    .command('init')
    .description('write vision.config.*: asks a few questions, or takes the answers as flags')
    .option('--yes', 'ask nothing: flags first, defaults for the rest')
    .option('--force', 'replace files that are already there')
    .option('--dir <folder>', 'folder to write to', '.')
    .addOption(new Option('--format <format>', 'kind of file').choices(['json', 'yaml', 'ts']))
    .addOption(new Option('--role <role>', 'what the first hotkey runs').choices(['miner', 'validator']))
    .option('--wallet <name>', 'name of the wallet (coldkey)')
    .option('--wallet-path <folder>', 'folder of the wallets')
    .option('--hotkey <name[:role[:port]]>', 'a hotkey, as often as needed: each gets a config of its own', several)
    .option('--netuid <n>', 'number of the subnet', wholeNumber(0, 65535))
    .option('--chain <id>', 'chain to use: local-chain, or what a plugin of yours brings')
    .option('--chain-plugin <package>', 'plugin that brings that chain')
    .option('--chain-option <key=value>', 'option of the chain plugin, such as file=subnet.sqlite', several)
    .option(
      '--plugin <package>',
      'plugin with models, as often as needed; PACKAGE={"option": "value"} gives it options, ... stands for the built-in small models',
      several,
    )
    .option('--device <device>', 'one device for all models: cpu, cuda:0, webgpu:0')
    .option('--device-memory <size>', 'memory that models may take there, such as 4GiB')
    .option('--place <model=device>', 'another device for one model, as often as needed', several)
    .option('--axon-port <port>', 'port of the first miner, further ones count up', port)
    .option('--external-host <address>', 'address by which validators reach the miner')
    .option('--gateway-port <port>', "port of the validator's HTTP gateway", port)
    .option('--api-key <key>', 'API key of the gateway; made up when left out')
    .option('--create-keys', 'make the hotkeys that are missing, with a coldkey for development');
  bind(command, async () => (await import('../commands/init.ts')).init);
}
