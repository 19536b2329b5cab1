import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readXgboostModel } from '@vision-sdk/plugin-image-similarity';
import { median } from './_median.js';

const ROWS = 20_000;
/** Medians of XGBoost 1.7.4 in Python, one thread, on two shared cores. */
const PYTHON_ONE_ROW_US = 560;
const PYTHON_BULK_US = 2.2;

/** Times predictions of a classifier of the shape of Vision's: 100 trees of depth 6 over four hash distances. Returns rows for the table of `npm run bench`. */
export async function run() {
  const { bytes, name } = modelFile();
  const model = readXgboostModel(bytes);
  const rows = Array.from({ length: ROWS }, (_, index) => [index % 43, (index * 7) % 31, (index * 13) % 37, (index * 5) % 19]);
  const microseconds = median(Array.from({ length: 15 }, () => cpuMs(() => predictAll(model, rows)))) / (ROWS / 1000);
  const loadMs = median(Array.from({ length: 15 }, () => cpuMs(() => readXgboostModel(bytes))));
  return [
    row(`one row, ${name}`, microseconds, { unit: 'us', value: PYTHON_ONE_ROW_US, name: 'Python, recorded, one row', target: 10 }),
    row(`one row, ${name}`, microseconds, { unit: 'us', value: PYTHON_BULK_US, name: 'Python, recorded, 10k rows at once' }),
    row(`loading ${name}`, loadMs, { unit: 'ms', value: 11.8, name: 'Python, recorded' }),
  ];
}

function row(name, value, { unit, value: baseline, name: baselineName, target }) {
  return { name, value, unit, baseline, baselineName, target, ok: target === undefined ? undefined : value <= target };
}

function predictAll(model, rows) {
  let sum = 0;
  for (const features of rows) sum += model.predict(features)[0];
  if (!(sum > 0)) throw new Error('no probability was predicted');
}

/** Time of this thread on a core, which neighbours on a shared machine do not lengthen. */
function cpuMs(work) {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

function modelFile() {
  const folder = resolve(import.meta.dirname, '..', process.env.VISION_GOLDENS ?? '../shared');
  const path = resolve(folder, 'numerics/vision/image_similarity_xgb_model.json');
  if (existsSync(path)) return { bytes: readFileSync(path), name: "Vision's own model" };
  return { bytes: Buffer.from(JSON.stringify(madeUp())), name: 'made-up model' };
}

function madeUp() {
  const trees = Array.from({ length: 100 }, (_, tree) => fullTree(tree));
  const model = { gbtree_model_param: { num_parallel_tree: '1', num_trees: '100' }, tree_info: trees.map(() => 0), trees };
  return {
    learner: {
      gradient_booster: { name: 'gbtree', model },
      learner_model_param: { base_score: '5E-1', num_class: '0', num_feature: '4' },
      objective: { name: 'binary:logistic' },
    },
  };
}

/** A full tree of depth 6: 63 splits, 64 leaves. */
function fullTree(seed) {
  const nodes = Array.from({ length: 127 }, (_, node) => node);
  const leaf = (node) => node >= 63;
  return {
    tree_param: { num_nodes: '127', num_feature: '4', size_leaf_vector: '0' },
    left_children: nodes.map((node) => (leaf(node) ? -1 : 2 * node + 1)),
    right_children: nodes.map((node) => (leaf(node) ? -1 : 2 * node + 2)),
    split_indices: nodes.map((node) => (leaf(node) ? 0 : (node + seed) % 4)),
    split_conditions: nodes.map((node) => (leaf(node) ? ((node * 31 + seed) % 17) / 100 - 0.08 : ((node * 7 + seed) % 20) + 1)),
    default_left: nodes.map(() => 0),
  };
}
