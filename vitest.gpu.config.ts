import { defineConfig, mergeConfig } from 'vitest/config';
import ordinary from './vitest.config.ts';

/** `npm run test:gpu`: every plugin on each graphics card that computes, compared with the CPU. Skipped tests are listed with their reason. */
const { test, ...rest } = ordinary;
export default mergeConfig(
  { ...rest, test: { ...test, include: ['test/gpu/*.gpu.ts'] } },
  defineConfig({ test: { reporters: ['verbose'], fileParallelism: false, testTimeout: 300_000, hookTimeout: 300_000 } }),
);
