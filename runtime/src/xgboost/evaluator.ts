/**
 * Predicts with a flattened model, to the bit as XGBoost 3.2 on x86-64 does: float32 sums in the order of the trees, starting from base_score.
 * No allocation a row. (Where a compiler fuses multiply and add, as on ARM, the library's own dart results differ in the last bit.)
 */

import { usedTrees } from './best-iteration.ts';
import { type FlatTrees, flattenTrees } from './flat-trees.ts';
import { type ModelDocument, UnknownModelFormat } from './model-document.ts';
import { findObjective, type Objective } from './objective.ts';
import { treeWalk, type Walk } from './tree-walk.ts';

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
  const leaves = new Float32Array(trees.roots.length);
  const walk = treeWalk(trees, leaves);
  return document.groups === 1 && !trees.weights
    ? plainSum(walk, leaves, base[0] as number)
    : groupedSum(walk, leaves, base, trees);
}

function plainSum(walk: Walk, leaves: Float32Array, base: number): RowMargins {
  return (rows, from, margins) => {
    walk(rows, from);
    let sum = base;
    for (let tree = 0; tree < leaves.length; tree++) sum = Math.fround(sum + (leaves[tree] as number));
    margins[0] = sum;
  };
}

function groupedSum(walk: Walk, leaves: Float32Array, base: Float32Array, { groups, weights }: FlatTrees): RowMargins {
  return (rows, from, margins) => {
    walk(rows, from);
    margins.set(base);
    for (let tree = 0; tree < leaves.length; tree++) {
      const group = groups[tree] as number;
      const leaf = leaves[tree] as number;
      // Stored as float32, and so rounded, each time.
      margins[group] = (margins[group] as number) + (weights ? Math.fround(leaf * (weights[tree] as number)) : leaf);
    }
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
