/** How far metrics vary: Model Monitor's standard deviations, from samples that are the same for the same number of rows. Pure. */

import { seededRandom } from '../seeded-random.ts';
import type { Outcome } from './outcome.ts';

type Metrics = Record<string, number>;

/** Model Monitor's: from 200 rows on, five random samples of 80 % of them. Above a million the samples say nothing more and take as long again each. */
const fewest = 200;
const most = 1_000_000;
const samples = 5;

export function deviations(outcome: Outcome, ask: (outcome: Outcome) => Metrics): Metrics {
  const n = outcome.labels.length;
  if (n < fewest || n > most) return {};
  const random = seededRandom(n);
  const found = Array.from({ length: samples }, () => ask(sampleOf(outcome, random)));
  return Object.fromEntries(
    Object.keys(found[0] ?? {}).map((name) => {
      const values = found.map((metrics) => metrics[name] as number);
      const mean = values.reduce((sum, value) => sum + value, 0) / samples;
      return [name, Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (samples - 1))];
    }),
  );
}

function sampleOf(outcome: Outcome, random: () => number): Outcome {
  const { labels, predictions, scores, scoreWidth } = outcome;
  const n = labels.length;
  const order = new Uint32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  const size = Math.floor(n * 0.8);
  for (let i = 0; i < size; i++) {
    const j = i + Math.floor(random() * (n - i));
    const kept = order[i] as number;
    order[i] = order[j] as number;
    order[j] = kept;
  }
  const rows = order.subarray(0, size);
  const picked = scores && pick(scores, rows, scoreWidth);
  return { ...outcome, labels: pick(labels, rows, 1), predictions: pick(predictions, rows, 1), scores: picked };
}

function pick(from: Float64Array, rows: Uint32Array, width: number): Float64Array {
  const picked = new Float64Array(rows.length * width);
  for (let i = 0; i < picked.length; i += width) {
    const row = rows[i / width] as number;
    for (let c = 0; c < width; c++) picked[i + c] = from[row * width + c] as number;
  }
  return picked;
}
