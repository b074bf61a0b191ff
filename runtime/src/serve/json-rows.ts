/**
 * application/json bodies, an addition to what the container takes: `{"features":[…]}`, `{"instances":[[…],…]}` or
 * `{"instances":[{"features":[…]},…]}`; null is a missing value. Never guesses another shape.
 */
import type { Predictions } from './predictions.ts';
import { infiniteValue, RequestError, unparsable, wrongFeatureCount } from './request-error.ts';

const shapes = 'expected {"features":[…]} or {"instances":[[…],…]} or {"instances":[{"features":[…]},…]}';

export function readJsonRows(bytes: Buffer, from: number, to: number, predictions: Predictions): void {
  for (const row of rowsOf(parsed(bytes.toString('utf8', from, to)))) {
    const given = Array.isArray(row) ? row : fieldOf(row, 'features');
    if (!Array.isArray(given)) throw refused(shapes);
    readRow(given, predictions);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw refused((error as Error).message);
  }
}

function rowsOf(document: unknown): unknown[] {
  if (fieldOf(document, 'features') !== undefined) return [document];
  const instances = fieldOf(document, 'instances');
  if (!Array.isArray(instances) || instances.length === 0) throw refused(shapes);
  return instances;
}

function fieldOf(value: unknown, name: 'features' | 'instances'): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function readRow(given: readonly unknown[], predictions: Predictions): void {
  const { features, values, at } = predictions;
  if (given.length !== features) throw wrongFeatureCount('json', given.length, features);
  for (let feature = 0; feature < features; feature++) {
    const value = given[feature];
    if (value !== null && typeof value !== 'number')
      throw refused(`${JSON.stringify(value).slice(0, 100)} is not a number`);
    values[at + feature] = value ?? Number.NaN;
    if (Math.abs(values[at + feature] as number) === Number.POSITIVE_INFINITY) throw unparsable('json', infiniteValue);
  }
  predictions.endRow();
}

function refused(why: string): RequestError {
  return new RequestError(
    400,
    `Unable to evaluate payload provided: the body is not as expected of application/json: ${why}`,
  );
}
