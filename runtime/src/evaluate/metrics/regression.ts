/** How far predictions of a number lie from the truth, as scikit-learn counts it. Pure functions over arrays of the same length. */

/** Of a double; what scikit-learn puts for a label of 0 below the fraction (mean_absolute_percentage_error). */
const epsilon = Number.EPSILON;

export function regressionMetrics(labels: ArrayLike<number>, predictions: ArrayLike<number>): Record<string, number> {
  const n = labels.length;
  let squared = 0;
  let absolute = 0;
  let relative = 0;
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const label = labels[i] as number;
    const error = Math.abs((predictions[i] as number) - label);
    squared += error * error;
    absolute += error;
    relative += error / Math.max(Math.abs(label), epsilon);
    sum += label;
  }
  const mean = sum / n;
  let spread = 0;
  for (let i = 0; i < n; i++) spread += ((labels[i] as number) - mean) ** 2;
  return {
    mse: squared / n,
    rmse: Math.sqrt(squared / n),
    mae: absolute / n,
    mape: relative / n,
    r2: determination(n, squared, spread),
  };
}

/** Labels that do not vary leave nothing to explain: 1 for a perfect fit, else 0. A single row has no spread at all. */
function determination(n: number, squared: number, spread: number): number {
  if (n < 2) return Number.NaN;
  if (spread > 0) return 1 - squared / spread;
  return squared === 0 ? 1 : 0;
}
