import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ClientError } from '../contract/client-error.ts';
import { type CsvTable, csvReader, parseNumber } from './csv.ts';

const parse = (text: string | Uint8Array): CsvTable => {
  const reader = csvReader('train/a.csv');
  reader.take(Buffer.from(text as string));
  return reader.tables()[0];
};
const rowsOf = (text: string | Uint8Array) => {
  const { rows, columns, labels, values } = parse(text);
  assert.equal(values.length, rows * columns);
  return Array.from(labels, (label, row) => [label, ...values.subarray(row * columns, (row + 1) * columns)]);
};
const numberOf = (text: string) => parseNumber(Buffer.from(text), 0, Buffer.byteLength(text));
const refuses = (text: string | Uint8Array, message: string) =>
  assert.throws(() => parse(text), new ClientError(message));

const header =
  'is not a number. It looks like a header: remove the first line, put the label into the first column and leave numbers only';
const noHeader =
  'is not a number. Encode text as numbers, put the label into the first column and leave a missing cell empty';
const missing = Number.NaN;

describe('csvReader', () => {
  const plain = [
    [1, 2.5, -3],
    [0, 0.5, 4],
  ];
  const writings: [what: string, text: string][] = [
    ['plain lines', '1,2.5,-3\n0,.5,4.\n'],
    ['a file whose last line has no end', '1,2.5,-3\n0,.5,4'],
    ['CRLF', '1,2.5,-3\r\n0,.5,4\r\n'],
    ['CRLF without the last', '1,2.5,-3\r\n0,.5,4'],
    ['a byte order mark', '\ufeff1,2.5,-3\n0,.5,4\n'],
    ['empty lines anywhere', '\n\r\n1,2.5,-3\n\n0,.5,4\n\n\n'],
    ['quotes around numbers', '"1","2.5","-3"\n0,".5",4\n'],
    ['spaces around cells', ' 1 , 2.5,-3 \n0, .5,4\n'],
    ['semicolons', '1;2.5;-3\n0;.5;4.\n'],
    ['tabs', '1\t2.5\t-3\n0\t.5\t4.\n'],
    ['bars', '1|2.5|-3\r\n0|.5|4.\r\n'],
    ['single spaces', '1 2.5 -3\n0 .5 4.\n'],
    ['signs and exponents', '+1,25e-1,-3E0\n-0,+.05e1,4\n'],
  ];
  for (const [what, text] of writings) {
    test(`read ${what}`, () =>
      assert.deepEqual(
        rowsOf(text)
          .flat()
          .map((n) => n + 0),
        plain.flat(),
      ));
  }

  test('takes empty cells, "" and nan as missing, at the end of a line too', () => {
    assert.deepEqual(rowsOf('1,,3\n2,"",nan\n3,NaN,\n,1, \n'), [
      [1, missing, 3],
      [2, missing, missing],
      [3, missing, missing],
      [missing, 1, missing],
    ]);
  });

  test('rounds each number to the float32 that is nearest', () => {
    let state = 20_261_122;
    const random = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    };
    for (let round = 0; round < 5_000; round++) {
      const value = (random() - 0.5) * 10 ** Math.floor(random() * 40 - 20);
      const text = [String(value), value.toFixed(6), value.toExponential(9), value.toPrecision(15)][round % 4] ?? '';
      assert.equal(numberOf(text), Number(text), text);
    }
  });

  test('reads the largest and the smallest floats', () => {
    assert.deepEqual(rowsOf('3.4028235e38,-3.4028235e38\n1e-45,1e-60\n'), [
      [3.4028234663852886e38, -3.4028234663852886e38],
      [Math.fround(1e-45), 0],
    ]);
  });
});

describe('parseNumber refuses', () => {
  test('what only looks like a number', () => {
    for (const text of ['.', '+', '-', '1e', 'e5', '1.2.3', '1 2', '--1', '0x10', '1_000', '"', '""1"', '٣', '1\r2'])
      assert.equal(numberOf(text), undefined, text);
  });
});

describe('csvReader refuses', () => {
  test('an empty file, and one of empty lines', () => {
    const message = 'train/a.csv is empty: it needs at least one row, the label first, then the features';
    for (const text of ['', '\n', '\r\n\n', '\ufeff']) refuses(text, message);
  });

  test('a header, whatever stands before it', () => {
    refuses('label,a,b\n1,2,3\n', `train/a.csv, line 1, column 1: "label" ${header}`);
    refuses('\ufeff"label","a"\r\n1,2\r\n', `train/a.csv, line 1, column 1: ""label"" ${header}`);
    refuses('\n\nlabel,a\n1,2\n', `train/a.csv, line 3, column 1: "label" ${header}`);
    refuses('label;a\n1;2\n', `train/a.csv, line 1, column 1: "label" ${header}`);
    // As pandas writes it with its index.
    refuses(',label,a\n0,1,2\n', `train/a.csv, line 1, column 2: "label" ${header}`);
  });

  test('text in the first line that is no header', () => {
    refuses('1,red,3\n2,blue,3\n', `train/a.csv, line 1, column 2: "red" ${noHeader}`);
    refuses('yes,2,3\n', `train/a.csv, line 1, column 1: "yes" ${noHeader}`);
  });

  test('text anywhere, a label in words at the end among it', () => {
    refuses('1,2,3\n2,red,3\n', `train/a.csv, line 2, column 2: "red" ${noHeader}`);
    refuses('5.1,3.5,setosa\n', `train/a.csv, line 1, column 3: "setosa" ${noHeader}`);
    refuses('1,2\n\n1,"a ""b"""\n', `train/a.csv, line 3, column 2: ""a ""b"""" ${noHeader}`);
    refuses('1,2\n3,"1,5"\n', `train/a.csv, line 2, column 2: ""1" ${noHeader}`);
    refuses('1,2\n3,?\n', `train/a.csv, line 2, column 2: "?" ${noHeader}`);
    refuses('1,2\n3,\xe9\xe9\n', `train/a.csv, line 2, column 2: "éé" ${noHeader}`);
  });

  test('a long cell without repeating all of it', () =>
    refuses(`1,2\n1,${'x'.repeat(1000)}\n`, `train/a.csv, line 2, column 2: "${'x'.repeat(40)}" ${noHeader}`));

  test('ragged lines', () => {
    const ragged = (line: number, has: string, columns: number) =>
      `train/a.csv, line ${line} has ${has}, the lines before have ${columns}: every row needs the label and the same number of features`;
    refuses('1,2,3\n1,2\n', ragged(2, '2 columns', 3));
    refuses('1,2,3\r\n\r\n1,2,3,4\r\n', ragged(3, '4 columns', 3));
    refuses('1,2,3\n4\n', ragged(2, '1 column', 3));
    refuses('1,2\n1,2,\n', ragged(2, '3 columns', 2));
    refuses('1,2\n  \n', ragged(2, '1 column', 2));
  });

  test('one column, or a separator that is none of the known', () => {
    const message = (line: number) =>
      `train/a.csv, line ${line} has one column: a row needs the label and at least one feature, separated by commas`;
    refuses('1\n2\n', message(1));
    refuses('\n1:2:3\n', message(2));
  });

  test('numbers that no float32 holds', () => {
    for (const cell of ['inf', '-Infinity', '1e39', '3.4028236e38', `1${'0'.repeat(39)}`])
      refuses(
        `1,2\n3,${cell}\n`,
        `train/a.csv, line 2, column 2: "${cell}" is infinite or too large for a 32-bit float. Leave a missing cell empty, clip or scale the others`,
      );
  });
});

describe('csvReader survives', () => {
  test('any bytes: it reads them or says in its own words what is wrong', () => {
    let state = 99;
    const random = (below: number) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return (state >>> 8) % below;
    };
    const alphabet = Buffer.from('0123456789..,,,,\n\n\r"- +eEnaif\xff\0', 'latin1');
    let read = 0;
    for (let round = 0; round < 5_000; round++) {
      const bytes = Buffer.from(Array.from({ length: random(20) }, () => alphabet[random(alphabet.length)] ?? 0));
      try {
        const { rows, columns, labels, values } = parse(bytes);
        assert.equal(labels.length, rows);
        assert.equal(values.length, rows * columns);
        read++;
      } catch (error) {
        assert.ok(error instanceof ClientError, String(error));
        assert.match(error.message, /^train\/a\.csv(, line \d+)?/);
      }
    }
    assert.ok(read > 10, String(read));
  });
});
