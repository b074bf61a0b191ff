/**
 * text/libsvm bodies: `index:value` pairs, a line a row, what is not named is missing. As the container reads them (v1.7-1, serve_utils.py,
 * _get_sparse_matrix_from_libsvm()): indices unchanged, items without a colon (a label) skipped.
 */
import type { Predictions } from './predictions.ts';
import { infiniteValue, RequestError, unparsable } from './request-error.ts';

const number = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|nan)$/i;
const index = /^\d{1,9}$/;

export function readLibsvm(bytes: Buffer, from: number, to: number, predictions: Predictions): void {
  const { features, values } = predictions;
  for (const line of bytes.toString('utf8', from, to).trim().split('\n')) {
    const words = line.trim().split(/\s+/);
    values.fill(Number.NaN, predictions.at, predictions.at + features);
    for (const word of words) {
      const colon = word.indexOf(':');
      if (colon < 0) {
        // Told apart from a csv body sent under this type: a row that names no feature at all is hardly meant.
        if (words.length === 1) throw unparsable('libsvm', `'${word.slice(0, 100)}' is not index:value`);
        continue;
      }
      const feature = word.slice(0, colon);
      const value = word.slice(colon + 1);
      if (!index.test(feature))
        throw unparsable('libsvm', `invalid literal for int() with base 10: '${feature.slice(0, 100)}'`);
      if (!number.test(value))
        throw unparsable('libsvm', `could not convert string to float: '${value.slice(0, 100)}'`);
      if (Number(feature) >= features) throw tooManyFeatures(Number(feature) + 1, features);
      values[predictions.at + Number(feature)] = Number(value);
      if (Math.abs(values[predictions.at + Number(feature)] as number) === Number.POSITIVE_INFINITY) {
        throw unparsable('libsvm', infiniteValue);
      }
    }
    predictions.endRow();
  }
}

function tooManyFeatures(given: number, expected: number): RequestError {
  return new RequestError(
    400,
    `Unable to evaluate payload provided: Feature size of libsvm inference data ${given} is larger than feature size of trained model ${expected}.`,
  );
}
