import type { Tensor, Tensors, ValueInfo } from '@vision-sdk/onnx';
import { Component, type ComponentOptions } from './component.ts';
import { flagTensor, idsTensor } from './feeds.ts';
import type { Plane } from './plane.ts';

/** Encoded texts: one row for each. */
export interface EncodedText {
  /** States after the last layer and its norm, N x tokens x width. */
  readonly last: Plane;
  /** States before the last layer; undefined where the graph does not give them. */
  readonly penultimate: Plane | undefined;
  /** The whole text as one vector, N x width: `text_embeds` where the graph projects, else `pooler_output`. */
  readonly pooled: Plane | undefined;
}

interface OutputNames {
  readonly last: string | undefined;
  readonly penultimate: string | undefined;
  readonly pooled: string | undefined;
}

/** A CLIP text encoder as ONNX, however it was exported. */
export class TextEncoder implements AsyncDisposable {
  readonly #component: Component;
  readonly #names: OutputNames;

  private constructor(component: Component) {
    this.#component = component;
    this.#names = outputNames(component);
  }

  /** True where the graph gives the states before its last layer, as SDXL was trained with. */
  get givesPenultimate(): boolean {
    return this.#names.penultimate !== undefined;
  }

  /** Loads a graph that takes `input_ids`. Throws `VISION_DIFFUSION_BROKEN_COMPONENT` and `VISION_ONNX_*`. */
  static load(path: string, options: ComponentOptions = {}): Promise<TextEncoder> {
    return Component.load(path, { name: 'text_encoder', ...options }, (component) => {
      if (component.input('input_ids') === undefined) throw component.broken('it has no input input_ids');
      return new TextEncoder(component);
    });
  }

  /** Encodes token ids, rows of one length. Throws `VISION_DIFFUSION_BROKEN_COMPONENT`. */
  async encode(ids: readonly (readonly number[])[], signal?: AbortSignal): Promise<EncodedText> {
    const [batch, tokens] = [ids.length, ids[0]?.length ?? 0];
    const feeds = this.#component.inputs.map((input) => [input.name, this.#feed(input, ids)] as const);
    const names = Object.values(this.#names).filter((name) => name !== undefined);
    const outputs = await this.#component.run(Object.fromEntries(feeds), { batch, outputs: names, signal });
    const width = this.#component.number('hidden_size') ?? -1;
    const states = (name: string | undefined) => this.#plane(outputs, name, [batch, tokens, width]);
    const penultimate = states(this.#names.penultimate);
    const last = states(this.#names.last) ?? penultimate;
    if (last === undefined) throw this.#component.broken('it gives no hidden states');
    const pooled = (this.#names.pooled === 'text_embeds' ? this.#component.number('projection_dim') : undefined) ?? -1;
    return { last, penultimate, pooled: this.#plane(outputs, this.#names.pooled, [batch, pooled]) };
  }

  #feed(input: ValueInfo, ids: readonly (readonly number[])[]): Tensor {
    const dims = [ids.length, ids[0]?.length ?? 0];
    if (input.name === 'input_ids') return idsTensor(input, ids.flat(), dims);
    // Both references let the encoder see the padding too.
    if (input.name === 'attention_mask') return idsTensor(input, ids.flat().fill(1), dims);
    if (input.name === 'position_ids')
      return idsTensor(
        input,
        ids.flatMap((row) => row.map((_, i) => i)),
        dims,
      );
    if (input.type === 'bool') return flagTensor(input, input.name === 'output_hidden_states');
    throw this.#component.broken(`it has an input ${input.name} of type ${input.type}`);
  }

  #plane(outputs: Tensors, name: string | undefined, dims: readonly number[]): Plane | undefined {
    if (name === undefined) return undefined;
    const tensor = outputs[name]!;
    return { data: this.#component.floats(name, tensor, dims), dims: tensor.dims };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#component[Symbol.asyncDispose]();
  }
}

function outputNames(component: Component): OutputNames {
  const { outputs } = component;
  const names = outputs.map(({ name }) => name);
  const named = (...wanted: readonly string[]) => wanted.find((name) => names.includes(name));
  const ofRank = (rank: number) => outputs.find(({ dims, name }) => dims.length === rank && !/hidden_states/.test(name))?.name;
  return {
    last: named('last_hidden_state') ?? ofRank(3),
    penultimate: penultimateName(names, component.number('num_hidden_layers')),
    pooled: named('text_embeds', 'pooler_output') ?? ofRank(2),
  };
}

/** `hidden_states.0` is the embedding and the last one comes after the last layer. A single `hidden_states` is what ONNX Runtime's own exports call the one before. */
function penultimateName(names: readonly string[], layers: number | undefined): string | undefined {
  const numbers = names
    .map((name) => /^hidden_states\.(\d+)$/.exec(name)?.[1])
    .filter((index) => index !== undefined)
    .map(Number);
  if (numbers.length === 0) return names.find((name) => name === 'hidden_states');
  const wanted = (layers ?? Math.max(...numbers)) - 1;
  return numbers.includes(wanted) ? `hidden_states.${wanted}` : undefined;
}
