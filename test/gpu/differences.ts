import { decodeBase64Image, type Raster } from '@vision-sdk/image';
import type { Tolerance } from './case.ts';

const PICTURE = /^(?:iVBORw0KGgo|\/9j\/)/;

/** What an answer has otherwise than the CPU's, beyond the tolerance: a line for each place. Pictures are compared by their pixels. */
export async function differences(cpu: unknown, other: unknown, tolerance: Tolerance, path = 'answer'): Promise<readonly string[]> {
  if (typeof cpu === 'string' && typeof other === 'string' && PICTURE.test(cpu))
    return comparePictures(await decodeBase64Image(cpu), await decodeBase64Image(other), { tolerance, path });
  if (typeof cpu === 'number' && typeof other === 'number') return compareNumbers(cpu, other, { tolerance, path });
  if (typeof cpu !== 'object' || cpu === null || typeof other !== 'object' || other === null)
    return cpu === other ? [] : [`${path}: ${String(other).slice(0, 60)} instead of ${String(cpu).slice(0, 60)}`];
  const keys = [...new Set([...Object.keys(cpu), ...Object.keys(other)])];
  const inner = keys.map((key) =>
    differences((cpu as Record<string, unknown>)[key], (other as Record<string, unknown>)[key], tolerance, `${path}.${key}`),
  );
  return (await Promise.all(inner)).flat();
}

interface Place {
  readonly tolerance: Tolerance;
  readonly path: string;
}

function compareNumbers(cpu: number, other: number, { tolerance, path }: Place): readonly string[] {
  const near = Math.abs(cpu - other) <= tolerance.number * Math.max(1, Math.abs(cpu));
  return near ? [] : [`${path}: ${other} instead of ${cpu}`];
}

function comparePictures(cpu: Raster, other: Raster, { tolerance, path }: Place): readonly string[] {
  const sizes = [cpu, other].map(({ width, height }) => `${width} x ${height}`);
  if (sizes[0] !== sizes[1]) return [`${path}: ${sizes[1]} pixels instead of ${sizes[0]}`];
  const off = cpu.data.map((value, index) => Math.abs(value - other.data[index]!));
  const largest = off.reduce((most, value) => Math.max(most, value), 0);
  const mean = off.reduce((sum, value) => sum + value, 0) / off.length;
  const found: string[] = [];
  if (largest > tolerance.colour) found.push(`${path}: a colour is off by ${largest}`);
  if (mean > tolerance.meanColour) found.push(`${path}: colours are off by ${mean.toFixed(3)} in the mean`);
  return found;
}
