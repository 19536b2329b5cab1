import type { Command } from 'commander';
import { several, wholeNumber } from './flags.ts';
import type { Bind } from './invocation.ts';

/** `vision run <synapse>`. */
export function declareRun(program: Command, bind: Bind): void {
  const command = program
    .command('run')
    .argument('<synapse>', 'operation, such as upscale or text-to-image')
    .description('run one operation on this machine, or through a validator by --url')
    .option('--prompt <text>', 'what the picture should show')
    .option('--negative <text>', 'what it should not show')
    .option('--image <file>', 'input picture: PNG, JPEG or WebP')
    .option('--control <type>', 'what of --image a controlled-text-to-image follows, such as canny or scribble')
    .option('--mask <file>', 'mask picture: white is repainted')
    .option('--seed <n>', 'seed of the noise', wholeNumber(0, 4294967295))
    .option('--steps <n>', 'denoising steps', wholeNumber(1, 1000))
    .option('--width <px>', 'width of the result', wholeNumber(1, 16384))
    .option('--height <px>', 'height of the result', wholeNumber(1, 16384))
    .option('--param <key=value>', 'any other field of the request, as often as needed', several)
    .option('--out <file>', 'where the picture goes; several pictures get numbers', 'out.png')
    .option('--model <id>', 'model to use instead of the first one that serves the operation')
    .option('--device <device>', 'device to run on without a config, such as cpu or cuda:0')
    .option('--url <url>', 'gateway of a validator, such as http://127.0.0.1:8080')
    .option('--api-key <key>', 'API key of that validator (or VISION_API_KEY)');
  bind(command, async () => (await import('../commands/run.ts')).runOperation);
}
