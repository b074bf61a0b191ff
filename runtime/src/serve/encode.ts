/**
 * Predictions as the container writes them. text/csv: sagemaker-containers 2.8.6, _encoders.py, array_to_csv(), numpy.savetxt with '%s': each row
 * a line, values by comma, a newline after each, each value the shortest text of the float32 widened to float64 (0.6 is `0.6000000238418579`).
 * application/json: serve_utils.py, encode_predictions_as_json(), by Python's json.dumps. Never rounds.
 */
import type { Predictions } from './predictions.ts';

/** Python's repr of a float. */
export function pythonFloat(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e-4 && size < 1e16) return Number.isInteger(value) ? `${value}.0` : String(value);
  if (size === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  if (size === Number.POSITIVE_INFINITY) return value > 0 ? 'inf' : '-inf';
  if (Number.isNaN(value)) return 'nan';
  return value.toExponential().replace(/e([+-])(\d)$/, (_, sign, digit) => `e${sign}0${digit}`);
}

/** json.dumps writes what is no JSON as JavaScript does. */
function jsonFloat(value: number): string {
  if (Number.isFinite(value)) return pythonFloat(value);
  return String(value);
}

export function encodeCsv({ results, count, outputs }: Predictions): string {
  let text = '';
  let at = 0;
  for (let row = 0; row < count; row++) {
    text += pythonFloat(results[at++] as number);
    for (let output = 1; output < outputs; output++) text += `,${pythonFloat(results[at++] as number)}`;
    text += '\n';
  }
  return text;
}

export function encodeJson({ results, count, outputs }: Predictions): string {
  const scores: string[] = [];
  for (let row = 0; row < count; row++) {
    const values = Array.from(results.subarray(row * outputs, (row + 1) * outputs), jsonFloat);
    scores.push(`{"score": ${outputs === 1 ? values[0] : `[${values.join(', ')}]`}}`);
  }
  return `{"predictions": [${scores.join(', ')}]}`;
}
