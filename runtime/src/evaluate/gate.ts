/** Thresholds against measured values: the table metric / value / required / passed, and the decision. Pure. */
import { ClientError } from '../contract/client-error.ts';

export interface Row {
  readonly metric: string;
  readonly value: number;
  readonly required: string;
  readonly passed: boolean;
}

/** min and max include their bound, above and below do not. */
const bounds: Record<string, { sign: string; holds: (value: number, bound: number) => boolean }> = {
  min: { sign: '≥', holds: (value, bound) => value >= bound },
  max: { sign: '≤', holds: (value, bound) => value <= bound },
  above: { sign: '>', holds: (value, bound) => value > bound },
  below: { sign: '<', holds: (value, bound) => value < bound },
};

/** Throws ClientError for thresholds that are none. */
export function judge(
  metrics: Readonly<Record<string, number>>,
  thresholdsJson: string,
): { rows: Row[]; decision: 'passed' | 'failed' } {
  const rows = Object.entries(readThresholds(thresholdsJson)).flatMap(([metric, wanted]) => {
    const value = Object.hasOwn(metrics, metric) ? metrics[metric] : undefined;
    if (value === undefined) {
      throw new ClientError(
        `EVALUATE_THRESHOLDS names the metric "${metric}"; measured are: ${Object.keys(metrics).join(', ')}`,
      );
    }
    const names = Object.keys(bounds).join(', ');
    // A gate that asks nothing would let everything through.
    if (Object.keys(wanted).length === 0)
      throw new ClientError(`EVALUATE_THRESHOLDS, ${metric}: one of ${names} with a number is missing`);
    return Object.entries(wanted).map(([name, bound]): Row => {
      const rule = Object.hasOwn(bounds, name) ? bounds[name] : undefined;
      if (!rule || typeof bound !== 'number')
        throw new ClientError(`EVALUATE_THRESHOLDS, ${metric}: "${name}" must be one of ${names} with a number`);
      return { metric, value, required: `${rule.sign} ${bound}`, passed: rule.holds(value, bound) };
    });
  });
  return { rows, decision: rows.every((row) => row.passed) ? 'passed' : 'failed' };
}

function readThresholds(text: string): Record<string, Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ClientError(`EVALUATE_THRESHOLDS is not JSON: ${text.slice(0, 200)}`);
  }
  const isObject = (candidate: unknown) =>
    typeof candidate === 'object' && candidate !== null && !Array.isArray(candidate);
  if (!isObject(value) || !Object.values(value as object).every(isObject)) {
    throw new ClientError('EVALUATE_THRESHOLDS must be an object such as {"rmse": {"max": 30}, "r2": {"min": 0.9}}');
  }
  return value as Record<string, Record<string, unknown>>;
}

export function tableOf(rows: readonly Row[]): string {
  const lines = rows.map(
    (row) => `| ${row.metric} | ${row.value.toFixed(4)} | ${row.required} | ${row.passed ? 'yes' : 'no'} |`,
  );
  return ['| metric | value | required | passed |', '| --- | --- | --- | --- |', ...lines].join('\n');
}
