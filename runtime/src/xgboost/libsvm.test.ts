import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ClientError } from '../contract/client-error.ts';
import { libsvmReader, type SparseTable } from './libsvm.ts';

const empty = (): SparseTable => ({ labels: [], weights: [], offsets: [0], columns: [], values: [] });

function parse(text: string, into = empty()): SparseTable {
  libsvmReader('train/a.libsvm', into)(Buffer.from(text));
  return into;
}

const refuses = (text: string, message: string) => assert.throws(() => parse(text), new ClientError(message));
const malformed = (line: number, token: string) =>
  `train/a.libsvm, line ${line}: "${token}" is not libsvm. A line is "label index:value index:value …"; for CSV give the channel the ContentType text/csv`;

describe('libsvmReader', () => {
  const table: SparseTable = {
    labels: [1, 0, -1.5],
    weights: [1, 1, 1],
    offsets: [0, 2, 2, 3],
    columns: [1, 3, 2],
    values: [0.5, -2, 1e-3],
  };
  const writings: [what: string, text: string][] = [
    ['plain lines', '1 1:0.5 3:-2\n0\n-1.5 2:1e-3\n'],
    ['a file whose last line has no end', '1 1:0.5 3:-2\n0\n-1.5 2:1e-3'],
    ['CRLF', '1 1:0.5 3:-2\r\n0\r\n-1.5 2:1e-3\r\n'],
    ['a byte order mark', '\ufeff1 1:0.5 3:-2\n0\n-1.5 2:1e-3\n'],
    ['tabs and many spaces', '  1\t1:0.5   3:-2 \n\t0\n-1.5 2:1e-3\n'],
    ['comments and empty lines', '# made by hand\n1 1:0.5 3:-2 # one\n\n0\n   \n-1.5 2:1e-3\n'],
    ['signs', '+1 1:+.5 3:-2.\n0\n-1.5 2:+1E-3\n'],
  ];
  for (const [what, text] of writings) test(`read ${what}`, () => assert.deepEqual(parse(text), table));

  test('leaves indexes as they are, from 0 or from 1', () => {
    assert.deepEqual(parse('1 0:5 1:6\n').columns, [0, 1]);
    assert.deepEqual(parse('1 1:5 2:6\n').columns, [1, 2]);
  });

  test('reads weights after the label', () =>
    assert.deepEqual(parse('1:0.25 1:5\n0:2 1:6\n1 1:7').weights, [0.25, 2, 1]));

  test('takes nan as a value that is missing', () => assert.deepEqual(parse('1 1:nan\n').values, [Number.NaN]));

  test('adds a second file below the first', () => {
    const both = parse('0 2:3\n', parse('1 1:5\n'));
    assert.deepEqual(
      [both.labels, both.offsets, both.columns],
      [
        [1, 0],
        [0, 1, 2],
        [1, 2],
      ],
    );
  });
});

describe('libsvmReader refuses', () => {
  test('CSV, with the way out', () => {
    refuses('1,2,3\n', malformed(1, '1,2,3'));
    refuses('label,a\n', malformed(1, 'label,a'));
  });

  test('words, pairs that are none and indexes below 0', () => {
    refuses('1 1:2\nyes 1:2\n', malformed(2, 'yes'));
    refuses('1 1:2\n1 2\n', malformed(2, '2'));
    refuses('1 -1:2\n', malformed(1, '-1:2'));
    refuses('1 a:2\n', malformed(1, 'a:2'));
    refuses('1 1.5:2\n', malformed(1, '1.5:2'));
    refuses('1 :2\n', malformed(1, ':2'));
    refuses('1 1:\n', malformed(1, '1:'));
    refuses('1 1:2:3\n', malformed(1, '1:2:3'));
    refuses('1 1:red\n', malformed(1, '1:red'));
    refuses(`1 ${'x'.repeat(100)}\n`, malformed(1, 'x'.repeat(40)));
  });

  test('ranking groups', () =>
    refuses('1 qid:1 1:2\n', 'train/a.libsvm, line 1: qid (ranking groups) is not supported by Clary yet'));

  test('an index that would need more memory than there is', () =>
    refuses(
      '1 16777215:1\n1 16777216:1\n',
      'train/a.libsvm, line 2: the index 16777216 is too large: at most 16777216 features are trained on',
    ));

  test('numbers that no float32 holds', () => {
    refuses('1 1:inf\n', 'train/a.libsvm, line 1: Infinity is infinite or too large for a 32-bit float');
    refuses('-1e39 1:2\n', 'train/a.libsvm, line 1: -1e+39 is infinite or too large for a 32-bit float');
  });

  test('weights below 0', () => {
    refuses('1:-2 1:2\n', 'train/a.libsvm, line 1: the weight -2 is not a number from 0 on');
    refuses('1:nan 1:2\n', 'train/a.libsvm, line 1: the weight NaN is not a number from 0 on');
  });
});
