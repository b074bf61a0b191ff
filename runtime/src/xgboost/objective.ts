/**
 * What each of XGBoost's objectives does to a margin before it is a prediction, and to base_score before it is a margin, in XGBoost's own order of
 * float32 operations (src/objective/*, src/common/math.h of XGBoost 3.2). An objective that is not in the table is left
 * to XGBoost's C library: never guess a transform.
 */
import { expf, logf } from './float-math.ts';

export interface Objective {
  /** Predictions a row, of `groups` margins. */
  outputs(groups: number): number;
  /** Reads `groups` margins at `from`, writes the predictions at `to` of `into`. Both may be the same array. */
  transform(margins: Float32Array, from: number, groups: number, into: Float32Array, to: number): void;
  /** base_score as users and model files give it → as the trees' sums start from. */
  margin(baseScore: number): number;
}

const { fround } = Math;
const same = (value: number) => value;
const each = (groups: number) => groups;

/** A transform that looks at one margin at a time. */
function pointwise(apply: (margin: number) => number, margin: (baseScore: number) => number): Objective {
  return {
    outputs: each,
    margin,
    transform(margins, from, groups, into, to) {
      for (let group = 0; group < groups; group++) into[to + group] = apply(margins[from + group] as number);
    },
  };
}

const largestExponent = fround(88.7);
const smallestProbability = fround(1e-6);
const largestProbability = fround(1 - smallestProbability);

function sigmoid(margin: number): number {
  const exponent = Math.min(-margin, largestExponent);
  return fround(1 / fround(expf(exponent) + 1));
}

function logit(probability: number): number {
  const bounded = Math.min(Math.max(fround(probability), smallestProbability), largestProbability);
  return -logf(fround(fround(1 / bounded) - 1));
}

const identity = pointwise(same, same);
const logistic = pointwise(sigmoid, logit);
const exponential = pointwise(expf, logf);
/** survival:aft alone takes the exponential in double precision (src/objective/aft_obj.cu). */
const wideExponential = pointwise((margin) => fround(Math.exp(margin)), logf);

const softprob: Objective = {
  outputs: each,
  margin: same,
  transform(margins, from, groups, into, to) {
    let largest = margins[from] as number;
    for (let group = 1; group < groups; group++) {
      const value = margins[from + group] as number;
      if (value > largest) largest = value;
    }
    let sum = 0;
    for (let group = 0; group < groups; group++) {
      const weight = expf(fround((margins[from + group] as number) - largest));
      into[to + group] = weight;
      sum += weight;
    }
    const total = fround(sum);
    for (let group = 0; group < groups; group++) into[to + group] = (into[to + group] as number) / total;
  },
};

const softmax: Objective = {
  outputs: () => 1,
  margin: same,
  transform(margins, from, groups, into, to) {
    let best = 0;
    for (let group = 1; group < groups; group++) {
      if ((margins[from + group] as number) > (margins[from + best] as number)) best = group;
    }
    into[to] = best;
  },
};

const objectives: Readonly<Record<string, Objective>> = {
  'reg:squarederror': identity,
  'reg:linear': identity,
  'reg:squaredlogerror': identity,
  'reg:pseudohubererror': identity,
  'reg:absoluteerror': identity,
  'reg:quantileerror': identity,
  'reg:logistic': logistic,
  'binary:logistic': logistic,
  'binary:logitraw': identity,
  'binary:hinge': pointwise((margin) => (margin > 0 ? 1 : 0), same),
  'count:poisson': exponential,
  'reg:gamma': exponential,
  'reg:tweedie': exponential,
  'survival:cox': exponential,
  'survival:aft': wideExponential,
  'rank:pairwise': identity,
  'rank:ndcg': identity,
  'rank:map': identity,
  'multi:softmax': softmax,
  'multi:softprob': softprob,
};

export function findObjective(name: string): Objective | undefined {
  return Object.hasOwn(objectives, name) ? objectives[name] : undefined;
}
