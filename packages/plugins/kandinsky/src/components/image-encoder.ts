import { Component, type ComponentOptions, floatTensor, type Plane } from '@vision-sdk/diffusion';

const OUTPUT = 'image_embeds';
const USUAL_SIDE = 224;

/** CLIP's image encoder with its projection as ONNX. */
export class ImageEncoder implements AsyncDisposable {
  readonly #component: Component;
  /** Pixels of a side of what it sees. */
  readonly side: number;

  private constructor(component: Component) {
    const [, , height] = component.inputs[0]!.dims;
    this.#component = component;
    this.side = component.number('image_size') ?? (typeof height === 'number' ? height : USUAL_SIDE);
  }

  /** Loads a graph of one input. Throws `VISION_DIFFUSION_BROKEN_COMPONENT` and `VISION_ONNX_*`. */
  static load(path: string, options: ComponentOptions): Promise<ImageEncoder> {
    return Component.load(path, { name: 'image_encoder', ...options }, (component) => {
      if (component.inputs.length === 1 && component.outputs.length > 0) return new ImageEncoder(component);
      throw component.broken(`its inputs are ${component.inputs.map(({ name }) => name).join(', ')} where one belongs`);
    });
  }

  /** Embeddings of normalised pictures, N x 3 x side x side to N x width. Throws `VISION_DIFFUSION_BROKEN_COMPONENT`. */
  async embed(pixels: Plane, signal?: AbortSignal): Promise<Plane> {
    const { inputs, outputs } = this.#component;
    const output = outputs.some(({ name }) => name === OUTPUT) ? OUTPUT : outputs[0]!.name;
    const batch = pixels.dims[0]!;
    const feeds = { [inputs[0]!.name]: floatTensor(inputs[0]!, pixels) };
    const tensor = (await this.#component.run(feeds, { batch, outputs: [output], signal }))[output]!;
    return { data: this.#component.floats(output, tensor, [batch, -1]), dims: tensor.dims };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#component[Symbol.asyncDispose]();
  }
}
