/**
 * What scores say before a threshold makes classes of them: ROC and precision-recall points, the areas below them, the log loss. The points are
 * those of scikit-learn's roc_curve and precision_recall_curve, ties included. Pure.
 */
export interface Curve {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

interface Steps {
  /** True and false positives at each distinct score, from the highest down. */
  readonly hits: Float64Array;
  readonly misses: Float64Array;
  readonly positives: number;
  readonly negatives: number;
}

/** Counts what is positive down to each distinct score. Both sides are sorted on their own, which is ten times faster than sorting positions. */
export function steps(isPositive: ArrayLike<boolean | number>, scores: ArrayLike<number>): Steps {
  const [positive, negative] = sides(isPositive, scores);
  const hits = new Float64Array(scores.length);
  const misses = new Float64Array(scores.length);
  let tp = 0;
  let fp = 0;
  let count = 0;
  while (tp < positive.length || fp < negative.length) {
    const next = Math.max(fromTop(positive, tp), fromTop(negative, fp));
    while (fromTop(positive, tp) === next) tp += 1;
    while (fromTop(negative, fp) === next) fp += 1;
    hits[count] = tp;
    misses[count] = fp;
    count += 1;
  }
  return { hits: hits.subarray(0, count), misses: misses.subarray(0, count), positives: tp, negatives: fp };
}

const fromTop = (sorted: Float64Array, place: number) =>
  place < sorted.length ? (sorted[sorted.length - 1 - place] as number) : -Infinity;

function sides(isPositive: ArrayLike<boolean | number>, scores: ArrayLike<number>): [Float64Array, Float64Array] {
  const positive = new Float64Array(scores.length);
  const negative = new Float64Array(scores.length);
  let hits = 0;
  let misses = 0;
  for (let i = 0; i < scores.length; i++) {
    if (isPositive[i]) positive[hits++] = scores[i] as number;
    else negative[misses++] = scores[i] as number;
  }
  return [positive.subarray(0, hits).sort(), negative.subarray(0, misses).sort()];
}

/** x: false positive rate, y: true positive rate, from (0, 0). Points on a straight line between their neighbours are left out. NaN where a side is missing. */
export function rocCurve({ hits, misses, positives, negatives }: Steps): Curve {
  const last = hits.length - 1;
  const kept = [0];
  for (let i = 0; i <= last; i++) {
    const at = (list: Float64Array, index: number) => (index < 0 ? 0 : (list[index] as number));
    // Ends stay; of the others those where the second difference is not zero in both counts. The origin was put before them.
    const bends = (list: Float64Array) => at(list, i + 1) - 2 * at(list, i) + at(list, i - 1) !== 0;
    if (i === 0 || i === last || bends(hits) || bends(misses)) kept.push(i + 1);
  }
  const rate = (list: Float64Array, whole: number) =>
    Float64Array.from(kept, (point) => (point === 0 ? 0 : (list[point - 1] as number)) / whole);
  return { x: rate(misses, negatives), y: rate(hits, positives) };
}

/** x: recall, y: precision, from the lowest score up, ending in (0, 1). Without a positive the recall is 1 everywhere. */
export function precisionRecallCurve({ hits, misses, positives }: Steps): Curve {
  const n = hits.length;
  const x = new Float64Array(n + 1);
  const y = new Float64Array(n + 1);
  for (let i = 0; i < n; i++) {
    const step = n - 1 - i;
    const tp = hits[step] as number;
    x[i] = positives === 0 ? 1 : tp / positives;
    y[i] = tp / (tp + (misses[step] as number));
  }
  x[n] = 0;
  y[n] = 1;
  return { x, y };
}

/** The chance that a positive outranks a negative, ties counting half. NaN where one of them is missing. */
export function areaUnderRoc({ hits, misses, positives, negatives }: Steps): number {
  let area = 0;
  let tp = 0;
  let fp = 0;
  for (let i = 0; i < hits.length; i++) {
    area += (((misses[i] as number) - fp) * ((hits[i] as number) + tp)) / 2;
    tp = hits[i] as number;
    fp = misses[i] as number;
  }
  return positives === 0 || negatives === 0 ? Number.NaN : area / (positives * negatives);
}

/** Precision at each step, weighted by the recall it adds. 0 without a positive, as scikit-learn. */
export function averagePrecision({ hits, misses, positives }: Steps): number {
  let sum = 0;
  let before = 0;
  for (let i = 0; i < hits.length; i++) {
    const tp = hits[i] as number;
    sum += (tp - before) * (tp / (tp + (misses[i] as number)));
    before = tp;
  }
  return positives === 0 ? 0 : sum / positives;
}

/** `probabilities` is row-major, one column a class. Kept away from 0 and 1 by a double's epsilon, as scikit-learn keeps them. */
export function logLoss(labels: ArrayLike<number>, probabilities: ArrayLike<number>, classes: number): number {
  let sum = 0;
  for (let row = 0; row < labels.length; row++) {
    const given = probabilities[row * classes + (labels[row] as number)] as number;
    sum -= Math.log(Math.min(Math.max(given, Number.EPSILON), 1 - Number.EPSILON));
  }
  return sum / labels.length;
}
