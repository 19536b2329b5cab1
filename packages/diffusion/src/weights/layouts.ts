import { posix } from 'node:path';
import type { ComponentWanted, DiffusersWanted } from './wanted.ts';

/** Small files that models read besides graphs, wherever they lie in a folder. */
const SETTINGS =
  /(^|\/)(config|scheduler_config|model_index|preprocessor_config|tokenizer|tokenizer_config|special_tokens_map|vocab)\.json$|(^|\/)merges\.txt$/;

/** The files of a listing that say how a model is used: configs, schedulers, tokenizers. */
export function settingsIn(files: readonly string[]): readonly string[] {
  return files.filter((file) => SETTINGS.test(file));
}

/**
 * The graph of a component among the files of a model: in a folder of its own as diffusers and optimum lay models out, in the folder `onnx` as
 * transformers.js does, or flat; where a single component is wanted, any one graph at the top will do.
 */
export function graphIn(files: readonly string[], component: ComponentWanted, wanted: DiffusersWanted): string | undefined {
  const { precision } = wanted;
  const names = [component.name, ...(component.alternatives ?? [])];
  const alone = wanted.components.filter(({ optional }) => !optional).length === 1 && !component.optional;
  const places = (ending: string) => [
    ...names.flatMap((name) => [`${name}/model${ending}.onnx`, `onnx/${name}${ending}.onnx`, `${name}${ending}.onnx`]),
    ...(alone ? [`model${ending}.onnx`, `onnx/model${ending}.onnx`] : []),
  ];
  const named = places(precision === undefined || precision === 'fp32' ? '' : `_${precision}`).find((place) => files.includes(place));
  if (named !== undefined || precision !== undefined) return named;
  return anyPrecision(files, places('')) ?? (alone ? onlyGraph(files) : undefined);
}

/** Without a precision asked for, `unet/model_fp16.onnx` will do as well, if it is the only one. */
function anyPrecision(files: readonly string[], places: readonly string[]): string | undefined {
  for (const place of places) {
    const stem = `${place.slice(0, -'.onnx'.length)}_`;
    const found = files.filter((file) => file.startsWith(stem) && /^[a-z0-9]+\.onnx$/.test(file.slice(stem.length)) && !isPart(file));
    if (found.length === 1) return found[0];
  }
  return undefined;
}

/** `text_encoder_2.onnx` is no `text_encoder` in the precision 2. */
function isPart(file: string): boolean {
  return /_\d+\.onnx$/.test(file);
}

function onlyGraph(files: readonly string[]): string | undefined {
  const graphs = files.filter((file) => file.endsWith('.onnx') && !file.includes('/'));
  return graphs.length === 1 ? graphs[0] : undefined;
}

/** The place where a graph that is missing is expected. */
export function expectedGraph({ name }: ComponentWanted, { precision }: DiffusersWanted): string {
  return precision === undefined || precision === 'fp32' ? `${name}/model.onnx` : `${name}/model_${precision}.onnx`;
}

/**
 * The `config.json` of a component among the files of a model: beside its graph; where graphs of several components lie together, in the component's own
 * folder, or else the one that is for all of them.
 */
export function configFile(files: readonly string[], component: string, graph = `${component}/model.onnx`): string {
  if (graph.includes('/') && !graph.startsWith('onnx/')) return `${posix.dirname(graph)}/config.json`;
  const own = `${component}/config.json`;
  return files.includes(own) ? own : 'config.json';
}
