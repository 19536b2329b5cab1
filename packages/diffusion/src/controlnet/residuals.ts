import type { Plane } from '../components/plane.ts';
import { fail } from '../errors.ts';

/** What ControlNets add to a UNet, by the name of its input. */
export type Residuals = Readonly<Record<string, Plane>>;

/** Names of residuals in the order of the UNet's blocks: down blocks by their number, the middle last. */
export function residualOrder(names: readonly string[]): readonly string[] {
  const place = (name: string) => (name.startsWith('mid') ? Number.POSITIVE_INFINITY : Number(/\d+/.exec(name)?.[0] ?? 0));
  return [...names].sort((a, b) => place(a) - place(b));
}

/**
 * Sums what several ControlNets add, in arrays of its own that serve every step of a run. Where it is `doubled`, networks were asked for the conditional
 * half of the batch alone, and the other half gets zeros.
 */
export class ResidualSum {
  readonly #doubled: boolean;
  readonly #planes = new Map<string, Plane>();
  #shapes: ReadonlyMap<string, readonly number[]> = new Map();
  #empty = true;

  constructor({ doubled }: { readonly doubled: boolean }) {
    this.#doubled = doubled;
  }

  /** Begins a sum. */
  clear(): void {
    this.#empty = true;
  }

  /** Adds a network's residuals, each times its factor. Throws `VISION_DIFFUSION_CONTROL_MISMATCH` where they are other ones than those before. */
  add(residuals: Residuals, factors: Readonly<Record<string, number>> = {}): void {
    this.#remember(residuals);
    this.#check(residuals);
    for (const [name, { data }] of this.#allocated()) {
      const added = residuals[name]!.data;
      const target = this.#doubled ? data.subarray(added.length) : data;
      accumulate(target, added, { factor: Math.fround(factors[name] ?? 1), first: this.#empty });
    }
    this.#empty = false;
  }

  /** The sum. The next one is made in the same arrays. */
  total(): Residuals {
    return Object.fromEntries(this.#planes);
  }

  #remember(residuals: Residuals): void {
    if (this.#shapes.size === 0) this.#shapes = new Map(Object.entries(residuals).map(([name, { dims }]) => [name, dims]));
  }

  #allocated(): ReadonlyMap<string, Plane> {
    if (this.#planes.size > 0) return this.#planes;
    for (const [name, [batch, ...rest]] of this.#shapes) {
      const dims = [batch! * (this.#doubled ? 2 : 1), ...rest];
      this.#planes.set(name, { dims, data: new Float32Array(dims.reduce((product, dim) => product * dim, 1)) });
    }
    return this.#planes;
  }

  #check(residuals: Residuals): void {
    const names = Object.keys(residuals);
    const odd = [...this.#shapes.keys()].find((name) => residuals[name] === undefined) ?? names.find((name) => !this.#shapes.has(name));
    if (odd !== undefined) throw fail('CONTROL_MISMATCH', { problem: `not every ControlNet gives ${odd}` });
    for (const [name, dims] of this.#shapes) {
      const given = residuals[name]!.dims;
      if (dims.join() !== given.join())
        throw fail('CONTROL_MISMATCH', {
          problem: `${name} is [${dims.join(', ')}] of one ControlNet and [${given.join(', ')}] of another`,
        });
    }
  }
}

function accumulate(
  target: Float32Array,
  added: Float32Array,
  { factor, first }: { readonly factor: number; readonly first: boolean },
): void {
  for (let i = 0; i < added.length; i++) {
    const value = Math.fround(added[i]! * factor);
    target[i] = first ? value : target[i]! + value;
  }
}
