/**
 * What a confusion matrix says: accuracy, and precision, recall and F scores by class and averaged, as scikit-learn counts them (zero_division=0).
 * Pure functions; rows are the true classes, columns the predicted ones.
 */
export type Matrix = readonly (readonly number[])[];

export function confusionMatrix(labels: ArrayLike<number>, classes: ArrayLike<number>, count: number): number[][] {
  const matrix = Array.from({ length: count }, () => new Array<number>(count).fill(0));
  for (let i = 0; i < labels.length; i++) {
    const row = matrix[labels[i] as number];
    const column = classes[i] as number;
    if (row) row[column] = (row[column] ?? 0) + 1;
  }
  return matrix;
}

export interface ClassScores {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly f0_5: number;
  readonly f2: number;
  /** Rows whose truth is this class. */
  readonly support: number;
  /** Rows for which it was predicted. */
  readonly predicted: number;
}

type Averaged = Pick<ClassScores, 'precision' | 'recall' | 'f1' | 'f0_5' | 'f2'>;

export const averages = ['macro', 'micro', 'weighted'] as const;
export type Average = (typeof averages)[number];

const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

function scoresOf(hits: number, support: number, predicted: number): ClassScores {
  // (1 + β²)·tp / (tp + fp + β²·(tp + fn))
  const f = (beta: number) => share((1 + beta ** 2) * hits, predicted + beta ** 2 * support);
  const precision = share(hits, predicted);
  return { precision, recall: share(hits, support), f1: f(1), f0_5: f(0.5), f2: f(2), support, predicted };
}

export function classScores(matrix: Matrix): ClassScores[] {
  return matrix.map((row, c) =>
    scoresOf(
      row[c] ?? 0,
      sumOf(row),
      matrix.reduce((sum, other) => sum + (other[c] ?? 0), 0),
    ),
  );
}

export function accuracy(matrix: Matrix): number {
  return share(
    matrix.reduce((sum, row, c) => sum + (row[c] ?? 0), 0),
    sumOf(matrix.map(sumOf)),
  );
}

/** Classes that nobody has and nobody predicts are left out of a mean, as scikit-learn leaves out what it never sees. */
export function averaged(scores: readonly ClassScores[], matrix: Matrix, average: Average): Averaged {
  if (average === 'micro') {
    const total = sumOf(matrix.map(sumOf));
    const hits = matrix.reduce((sum, row, c) => sum + (row[c] ?? 0), 0);
    const { precision, recall, f1, f0_5, f2 } = scoresOf(hits, total, total);
    return { precision, recall, f1, f0_5, f2 };
  }
  const seen = scores.filter((score) => score.support + score.predicted > 0);
  const weightOf = (score: ClassScores) => (average === 'weighted' ? score.support : 1);
  const whole = sumOf(seen.map(weightOf));
  const mean = (name: keyof Averaged) => share(sumOf(seen.map((score) => score[name] * weightOf(score))), whole);
  return { precision: mean('precision'), recall: mean('recall'), f1: mean('f1'), f0_5: mean('f0_5'), f2: mean('f2') };
}
