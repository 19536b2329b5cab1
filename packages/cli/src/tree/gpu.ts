import type { Command } from 'commander';
import { several } from './flags.ts';
import type { Bind } from './invocation.ts';

/** `vision gpu install | status`. */
export function declareGpu(program: Command, bind: Bind): void {
  const gpu = program.command('gpu').description('run models on graphics cards: what is there, and what CUDA needs');
  bind(
    gpu.command('status').description('cards, files and libraries, and whether each device computes'),
    async () => (await import('../commands/gpu.ts')).gpuStatus,
  );
  bind(
    gpu
      .command('install')
      .option('--feed <url>', 'index of a NuGet feed to fetch from; again for further ones', several)
      .option('--allow-host <host>', 'further host that a feed may send us to; again for further ones', several)
      .option('--sha512 <hash>', 'hash that the package must have')
      .option('--file <nupkg>', 'install a package that lies on the disk')
      .option('--force', 'install again over what is there')
      .option('--without-checks', 'install even where libraries of CUDA are missing')
      .description("fetch ONNX Runtime's files for CUDA, which the npm package leaves out"),
    async () => (await import('../commands/gpu.ts')).installGpuFiles,
  );
}
