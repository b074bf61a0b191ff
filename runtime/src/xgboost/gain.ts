/** How much each feature is worth to a model: the mean gain of its splits, as XGBoost's get_score(importance_type='gain') counts it. */
import type { ModelDocument } from './model-document.ts';

/** Undefined where the model does not say (linear boosters have no splits, old files no gains). */
export function gainByFeature({ trees, features }: ModelDocument): Float64Array | undefined {
  const total = new Float64Array(features);
  const splits = new Float64Array(features);
  for (const { left, feature, gain } of trees) {
    if (!gain || gain.length !== left.length) return undefined;
    for (let node = 0; node < left.length; node++) {
      const used = feature[node] as number;
      if (left[node] === -1 || !(used < features)) continue;
      total[used] = (total[used] as number) + (gain[node] as number);
      splits[used] = (splits[used] as number) + 1;
    }
  }
  return trees.length === 0 ? undefined : total.map((sum, i) => (splits[i] === 0 ? 0 : sum / (splits[i] as number)));
}
