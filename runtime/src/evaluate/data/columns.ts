/** Columns that a file names are given to a model in the order in which the model names them. Pure. */
import type { Batch } from './test-data.ts';

/** Undefined where the file's order is the model's, or where one of them has no names, or others. */
export function orderFor(
  wanted: readonly string[] | undefined,
  given: readonly string[] | undefined,
): number[] | undefined {
  if (!wanted || !given || wanted.length !== given.length) return undefined;
  const order = wanted.map((name) => given.indexOf(name));
  const isAsItIs = order.every((column, i) => column === i);
  return isAsItIs || order.includes(-1) ? undefined : order;
}

export function reordered(batch: Batch, order: readonly number[]): Batch {
  const { features, columns, rows, names } = batch;
  const moved = new Float64Array(features.length);
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < columns; i++)
      moved[row * columns + i] = features[row * columns + (order[i] as number)] as number;
  return { ...batch, features: moved, names: names && order.map((column) => names[column] as string) };
}
