/**
 * How many trees of an early-stopped model predict. AWS's container 1.7-1 passes the booster's `best_ntree_limit` to predict
 * (aws/sagemaker-xgboost-container, v1.7-1, algorithm_mode/serve_utils.py, predict()), which XGBoost 1.7 restores from the model's attributes on
 * load (python-package/xgboost/core.py, load_model()); XGBoost 2 and later write `best_iteration` only. A linear model has no rounds.
 */
import type { ModelDocument } from './model-document.ts';

/** Boosting rounds to use, or undefined for all. */
export function bestRounds(attributes: Readonly<Record<string, string>>): number | undefined {
  const best = Number(attributes.best_iteration ?? Number.NaN);
  return Number.isSafeInteger(best) && best >= 0 ? best + 1 : undefined;
}

export function usedTrees(document: ModelDocument): number {
  const all = document.trees.length;
  const limit = Number(document.attributes.best_ntree_limit ?? Number.NaN);
  const rounds = bestRounds(document.attributes);
  // In XGBoost 1.7 the limit counts trees of one group (rounds × num_parallel_tree); best_iteration has the same meaning.
  if (rounds === undefined)
    return Number.isSafeInteger(limit) && limit > 0 ? Math.min(limit * document.groups, all) : all;
  const end = document.rounds[Math.min(rounds, document.rounds.length - 1)];
  return end === undefined || end < 0 || end > all ? all : end;
}
