/** What a model is measured by. Pure functions over labels and predictions of the same length. */
export function regressionMetrics(labels: ArrayLike<number>, predictions: ArrayLike<number>): Record<string, number> {
  const n = labels.length;
  let squared = 0;
  let absolute = 0;
  let mean = 0;
  for (let i = 0; i < n; i++) {
    const error = (predictions[i] ?? 0) - (labels[i] ?? 0);
    squared += error * error;
    absolute += Math.abs(error);
    mean += (labels[i] ?? 0) / n;
  }
  let spread = 0;
  for (let i = 0; i < n; i++) spread += ((labels[i] ?? 0) - mean) ** 2;
  // Labels that do not vary leave nothing to explain: as scikit-learn, 1 for a perfect fit, else 0.
  const r2 = spread > 0 ? 1 - squared / spread : squared === 0 ? 1 : 0;
  return { mse: squared / n, rmse: Math.sqrt(squared / n), mae: absolute / n, r2 };
}

/** Rows are the true classes, columns the predicted ones. */
export function confusionMatrix(labels: ArrayLike<number>, classes: ArrayLike<number>, count: number): number[][] {
  const matrix = Array.from({ length: count }, () => new Array<number>(count).fill(0));
  for (let i = 0; i < labels.length; i++) {
    const row = matrix[labels[i] ?? 0];
    const column = classes[i] ?? 0;
    if (row) row[column] = (row[column] ?? 0) + 1;
  }
  return matrix;
}

const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);

/** `positive`: the scores of this class alone (binary); left out: the mean over all classes that occur (macro). */
export function classificationMetrics(
  matrix: readonly (readonly number[])[],
  positive?: number,
): Record<string, number> {
  const at = (row: number, column: number) => matrix[row]?.[column] ?? 0;
  const indices = matrix.map((_, i) => i);
  const total = indices.reduce((sum, i) => sum + indices.reduce((rowSum, j) => rowSum + at(i, j), 0), 0);
  const correct = indices.reduce((sum, i) => sum + at(i, i), 0);
  const scores = indices.map((c) => {
    const predicted = indices.reduce((sum, i) => sum + at(i, c), 0);
    const actual = indices.reduce((sum, i) => sum + at(c, i), 0);
    const precision = share(at(c, c), predicted);
    const recall = share(at(c, c), actual);
    return { occurs: predicted + actual > 0, precision, recall, f1: share(2 * precision * recall, precision + recall) };
  });
  const counted =
    positive === undefined ? scores.filter((score) => score.occurs) : scores.slice(positive, positive + 1);
  const mean = (name: 'precision' | 'recall' | 'f1') =>
    share(
      counted.reduce((sum, score) => sum + score[name], 0),
      counted.length,
    );
  return { accuracy: share(correct, total), precision: mean('precision'), recall: mean('recall'), f1: mean('f1') };
}

/** The area under the ROC curve: the chance that a positive outranks a negative, ties counting half. NaN where one of them is missing. */
export function areaUnderRoc(isPositive: readonly boolean[], scores: ArrayLike<number>): number {
  const order = isPositive.map((_, i) => i).sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0));
  let positives = 0;
  let rankSum = 0;
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && scores[order[end] ?? 0] === scores[order[start] ?? 0]) end += 1;
    // Equal scores share the mean of their ranks.
    const rank = (start + 1 + end) / 2;
    for (let i = start; i < end; i++) {
      if (!isPositive[order[i] ?? 0]) continue;
      positives += 1;
      rankSum += rank;
    }
    start = end;
  }
  const negatives = order.length - positives;
  return positives === 0 || negatives === 0
    ? Number.NaN
    : (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}
