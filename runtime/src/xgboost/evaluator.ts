/**
 * Predicts with a flattened model, to the bit as XGBoost 3.2 on x86-64 does: float32 sums in the order of the trees, starting from base_score.
 * No allocation a row. (Where a compiler fuses multiply and add, as on ARM, the library's own dart results differ in the last bit.)
 */

import { usedTrees } from './best-iteration.ts';
import { categoricalFlag, type FlatTrees, flattenTrees, nodeWords } from './flat-trees.ts';
import { type ModelDocument, UnknownModelFormat } from './model-document.ts';
import { findObjective, type Objective } from './objective.ts';

export interface Evaluator {
  readonly features: number;
  readonly outputs: number;
  /** Row-major; NaN is missing. Fills and returns `into`, or a new array. */
  predict(rows: Float32Array, count: number, into?: Float32Array): Float32Array;
}

/** Writes the margins of the row at `from` of `rows` into `margins`. */
type RowMargins = (rows: Float32Array, from: number, margins: Float32Array) => void;

export function createEvaluator(document: ModelDocument): Evaluator {
  const objective = findObjective(document.objective);
  if (!objective) throw new UnknownModelFormat(`the objective '${document.objective}'`);
  const base = baseMargins(document, objective);
  const { features, groups } = document;
  const rowMargins = document.weights ? linearMargins(document, base) : treeMargins(document, base);
  const outputs = objective.outputs(groups);
  const margins = new Float32Array(groups);
  return {
    features,
    outputs,
    predict(rows, count, into = new Float32Array(count * outputs)) {
      for (let row = 0; row < count; row++) {
        rowMargins(rows, row * features, margins);
        objective.transform(margins, 0, groups, into, row * outputs);
      }
      return into;
    },
  };
}

function baseMargins(document: ModelDocument, objective: Objective): Float32Array {
  const { baseScore, groups } = document;
  if (baseScore.length !== 1 && baseScore.length !== groups)
    throw new Error(`base_score has ${baseScore.length} values for ${groups} outputs`);
  return Float32Array.from({ length: groups }, (_, group) =>
    objective.margin(Math.fround(baseScore[baseScore.length === 1 ? 0 : group] as number)),
  );
}

function treeMargins(document: ModelDocument, base: Float32Array): RowMargins {
  const trees = flattenTrees(document, usedTrees(document));
  const leafOf = trees.isCategorical ? categoricalLeaf(trees) : undefined;
  if (leafOf || trees.weights || document.groups > 1) return anyMargins(trees, base, leafOf ?? numericLeaf(trees));
  return plainMargins(trees, base[0] as number);
}

/** The common case in one loop: one output, no weights, numbers only. */
function plainMargins(trees: FlatTrees, base: number): RowMargins {
  const { words, floats, roots } = trees;
  const count = roots.length;
  return (rows, from, margins) => {
    let sum = base;
    for (let tree = 0; tree < count; tree++) {
      let at = roots[tree] as number;
      let feature = words[at + 1] as number;
      while (feature >= 0) {
        const value = rows[from + feature] as number;
        if (value < (floats[at] as number)) at = words[at + 2] as number;
        else if (!Number.isNaN(value)) at = (words[at + 2] as number) + nodeWords;
        else at = words[at + 3] as number;
        feature = words[at + 1] as number;
      }
      sum = Math.fround(sum + (floats[at] as number));
    }
    margins[0] = sum;
  };
}

type LeafOf = (root: number, rows: Float32Array, from: number) => number;

function anyMargins(trees: FlatTrees, base: Float32Array, leafOf: LeafOf): RowMargins {
  const { roots, groups, weights } = trees;
  const count = roots.length;
  return (rows, from, margins) => {
    margins.set(base);
    for (let tree = 0; tree < count; tree++) {
      const group = groups[tree] as number;
      const value = leafOf(roots[tree] as number, rows, from);
      const weighted = weights ? Math.fround(value * (weights[tree] as number)) : value;
      margins[group] = (margins[group] as number) + weighted;
    }
  };
}

function numericLeaf({ words, floats }: FlatTrees): LeafOf {
  return (root, rows, from) => {
    let at = root;
    let feature = words[at + 1] as number;
    while (feature >= 0) {
      const value = rows[from + feature] as number;
      if (value < (floats[at] as number)) at = words[at + 2] as number;
      else if (!Number.isNaN(value)) at = (words[at + 2] as number) + nodeWords;
      else at = words[at + 3] as number;
      feature = words[at + 1] as number;
    }
    return floats[at] as number;
  };
}

const noCategory = 2 ** 24;

function categoricalLeaf({ words, floats, segments, bits }: FlatTrees): LeafOf {
  /** Whether the value is in the node's set: then it goes right. What no set can hold goes left. */
  const isIn = (set: number, value: number): boolean => {
    if (value < 0 || value >= noCategory) return false;
    const category = Math.trunc(value);
    const word = category >> 5;
    if (word >= (segments[set + 1] as number)) return false;
    return (((bits[(segments[set] as number) + word] as number) << (category & 31)) & 0x80000000) !== 0;
  };
  return (root, rows, from) => {
    let at = root;
    let feature = words[at + 1] as number;
    while (feature >= 0) {
      const value = rows[from + (feature & ~categoricalFlag)] as number;
      if (Number.isNaN(value)) at = words[at + 3] as number;
      else {
        const right = feature & categoricalFlag ? isIn(words[at] as number, value) : !(value < (floats[at] as number));
        at = (words[at + 2] as number) + (right ? nodeWords : 0);
      }
      feature = words[at + 1] as number;
    }
    return floats[at] as number;
  };
}

function linearMargins(document: ModelDocument, base: Float32Array): RowMargins {
  const { features, groups } = document;
  const weights = Float32Array.from(document.weights ?? []);
  if (weights.length !== (features + 1) * groups)
    throw new Error(`gblinear has ${weights.length} weights for ${features} features`);
  const bias = features * groups;
  return (rows, from, margins) => {
    for (let group = 0; group < groups; group++) {
      // XGBoost's linear booster takes the first base_score for every group (src/gbm/gblinear.cc, PredictBatchInternal).
      let sum = Math.fround((weights[bias + group] as number) + (base[0] as number));
      for (let feature = 0; feature < features; feature++) {
        const value = rows[from + feature] as number;
        if (!Number.isNaN(value))
          sum = Math.fround(sum + Math.fround(value * (weights[feature * groups + group] as number)));
      }
      margins[group] = sum;
    }
  };
}
