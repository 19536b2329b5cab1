import { inspectModelSync } from '@vision-sdk/onnx';
import { STABLE_DIFFUSION_COMPONENTS } from '../stable/load-stable-diffusion.ts';
import { diffusersWeights } from '../weights/diffusers-weights.ts';
import { graphPath, partOf } from '../weights/parts.ts';
import type { ComponentWanted, DiffusersWanted, DiffusersWeights, HubFolder } from '../weights/wanted.ts';

/** What is said of weights besides where they are. */
export type WeightsAbout = Pick<DiffusersWanted, 'licence' | 'precision' | 'parts'>;

const OTHERS = STABLE_DIFFUSION_COMPONENTS.filter(({ name }) => !['unet', 'vae_encoder'].includes(name));

/** The components of a Stable Diffusion that pictures are made of words with. */
export const CONTROLLED_COMPONENTS: readonly ComponentWanted[] = [...OTHERS, { name: 'unet', alternatives: ['controlnet'] }];

const TAKES_RESIDUALS = /_additional_residual$/;

/**
 * The weights of a Stable Diffusion for ControlNets as data. Some repositories keep two exports of the UNet, `unet` and, with the inputs for residuals,
 * `controlnet`: in a folder the one that has these inputs is taken, of a hub the one among the files that are listed. An encoder of pictures is left where
 * it is: controlled pictures are made of words. Never throws.
 */
export function controlledWeights(from: string | HubFolder, about: WeightsAbout): DiffusersWeights {
  const plain = diffusersWeights(from, { ...about, components: CONTROLLED_COMPONENTS });
  if (partOf(plain, 'unet').kind === 'hub' || takesResiduals(plain)) return plain;
  const parts = about.parts === undefined ? undefined : { ...about.parts, controlnet: about.parts.unet };
  const other = withUnet(diffusersWeights(from, { ...about, parts, components: [...OTHERS, { name: 'controlnet' }] }));
  return takesResiduals(other) ? other : plain;
}

function withUnet({ graphs, componentBytes, parts, ...weights }: DiffusersWeights): DiffusersWeights {
  const { controlnet, ...others } = parts;
  const own = controlnet === undefined ? others : { ...others, unet: withUnet(controlnet) };
  return { ...weights, graphs: asUnet(graphs), componentBytes: asUnet(componentBytes), parts: own } as DiffusersWeights;
}

function asUnet<T>({ controlnet, ...others }: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return controlnet === undefined ? others : { ...others, unet: controlnet };
}

function takesResiduals(weights: DiffusersWeights): boolean {
  const path = graphPath(weights, 'unet');
  if (path === undefined) return false;
  try {
    return inspectModelSync(path).inputs.some((name) => TAKES_RESIDUALS.test(name));
  } catch {
    return false;
  }
}

/** The weights of a ControlNet as data: a folder with one graph, that graph, or files of a hub with one graph among them. Never throws. */
export function controlNetWeights(from: string | HubFolder, about: WeightsAbout): DiffusersWeights {
  const weights = diffusersWeights(from, { ...about, components: [{ name: 'controlnet' }] });
  const graphs = weights.files.filter((file) => file.endsWith('.onnx'));
  if (weights.kind !== 'hub' || graphs.length !== 1) return weights;
  return { ...weights, graphs: { controlnet: graphs[0]! } };
}

/** A model and its ControlNets as data, the ControlNets by the names of their components. The precision is the model's: a ControlNet has one graph. */
export function controlledSources<Name extends string>(
  from: { readonly model: string | HubFolder; readonly nets: Readonly<Record<Name, string | HubFolder>> },
  { licence, precision, parts }: WeightsAbout,
): { readonly model: DiffusersWeights; readonly nets: Readonly<Record<Name, DiffusersWeights>> } {
  const nets = Object.entries<string | HubFolder>(from.nets).map(([name, net]) => [name, controlNetWeights(net, { licence })] as const);
  return {
    model: controlledWeights(from.model, { licence, precision, parts }),
    nets: Object.fromEntries(nets) as Record<Name, DiffusersWeights>,
  };
}
