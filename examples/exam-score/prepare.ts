/** Cleans the raw file and splits it as XGBoost wants it: no header, label first. */
import { header, randomSource } from './learners.ts';

export interface Prepared {
  readonly train: string;
  readonly validation: string;
  readonly kept: number;
  readonly incomplete: number;
  readonly duplicates: number;
}

export function prepare(raw: string, seed: number): Prepared {
  const [first, ...lines] = raw.split('\n').filter((line) => line !== '');
  if (first !== header) throw new Error(`the raw file begins with "${first}", expected "${header}"`);
  const seen = new Set<string>();
  const rows: string[] = [];
  let incomplete = 0;
  let duplicates = 0;
  for (const line of lines) {
    if (seen.has(line)) {
      duplicates += 1;
      continue;
    }
    seen.add(line);
    const cells = line.split(',');
    if (cells.length !== 6 || cells.some((cell) => cell === '')) {
      incomplete += 1;
      continue;
    }
    const [, ...features] = cells;
    const label = features.pop();
    rows.push([label, ...features].join(','));
  }
  const random = randomSource(seed);
  const train: string[] = [];
  const validation: string[] = [];
  for (const row of rows) (random() < 0.8 ? train : validation).push(row);
  return {
    train: `${train.join('\n')}\n`,
    validation: `${validation.join('\n')}\n`,
    kept: rows.length,
    incomplete,
    duplicates,
  };
}
