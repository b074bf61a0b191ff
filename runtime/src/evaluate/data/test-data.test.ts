import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { ClientError } from '../../contract/client-error.ts';
import { exampleFolder } from '../../contract/example-job.ts';
import { orderFor, reordered } from './columns.ts';
import { type DataLayout, readTestData } from './test-data.ts';

interface Read {
  readonly labels: string[];
  readonly rows: number[][];
  readonly names: readonly string[] | undefined;
  readonly batches: number;
}

async function read(files: Readonly<Record<string, string>>, layout: Partial<DataLayout> = {}): Promise<Read> {
  using folder = exampleFolder();
  for (const [name, text] of Object.entries(files)) folder.write(`test/${name}`, text);
  const labels: string[] = [];
  const rows: number[][] = [];
  let names: readonly string[] | undefined;
  let batches = 0;
  const usual = { label: undefined, contentType: undefined, features: undefined, absent: 0 };
  for await (const batch of readTestData(join(folder.mlDir, 'test'), { ...usual, ...layout })) {
    assert.equal(batch.features.length, batch.rows * batch.columns);
    labels.push(...batch.labels);
    for (let row = 0; row < batch.rows; row++)
      rows.push([...batch.features.subarray(row * batch.columns, (row + 1) * batch.columns)]);
    names = batch.names;
    batches += 1;
  }
  return { labels, rows, names, batches };
}

const body = [
  [1, 2],
  [3, 4],
];

describe('readTestData', () => {
  for (const [what, name, text, layout, names] of [
    ['the label first', 'a.csv', 'x,1,2\ny,3,4\n', {}, undefined],
    ['Windows line ends, an empty line, no last line end', 'a.csv', 'x,1,2\r\n\r\ny,3,4', {}, undefined],
    ['a byte order mark and a header', 'a.csv', '\ufefflabel,a,b\nx,1,2\ny,3,4\n', {}, ['a', 'b']],
    ['the label by its name', 'a.csv', 'a,kind,b\n1,x,2\n3,y,4\n', { label: 'kind' }, ['a', 'b']],
    ['the label by its position', 'a.csv', '1,x,2\n3,y,4\n', { label: '1' }, undefined],
    ['the label last', 'a.csv', '1,2,x\n3,4,y\n', { label: '-1' }, undefined],
    ['semicolons', 'a.csv', 'kind;a;b\nx;1;2\ny;3;4\n', {}, ['a', 'b']],
    ['quoted cells between tabs', 'a.csv', '"kind"\ta\tb\nx\t"1"\t2\ny\t3\t4\n', {}, ['a', 'b']],
    ['quoted cells', 'a.csv', '"kind","a, or so","b ""B"""\n"x",1,"2"\ny,3,4\n', {}, ['a, or so', 'b "B"']],
    ['objects with a list', 'a.jsonl', '{"label":"x","features":[1,2]}\n{"label":"y","features":[3,4]}\n', {}, undefined],
    ['objects of names', 'a.jsonl', '{"a":1,"kind":"x","b":2}\n{"b":4,"a":3,"kind":"y"}\n', { label: 'kind' }, ['a', 'b']],
    ['lists', 'a.ndjson', '["x",1,2]\n["y",3,4]\n', {}, undefined],
    ['lists with the label last', 'a.jsonl', '[1,2,"x"]\n[3,4,"y"]\n', { label: '-1' }, undefined],
    ['a file whose type is told', 'data', '["x",1,2]\n["y",3,4]\n', { contentType: 'application/jsonlines' }, undefined],
    ['libsvm', 'a.libsvm', 'x 0:1 1:2 # so\n\ny 0:3 1:4\n', { features: 2 }, undefined],
  ] as [string, string, string, Partial<DataLayout>, string[] | undefined][]) {
    test(what, async () => {
      const { labels, rows, names: found } = await read({ [name]: text }, layout);
      assert.deepEqual({ labels, rows, names: found }, { labels: ['x', 'y'], rows: body, names });
    });
  } // biome-ignore format: a table

  test('leaves out what is missing', async () => {
    assert.deepEqual((await read({ 'a.csv': '1,,nan\n' })).rows, [[Number.NaN, Number.NaN]]);
    assert.deepEqual((await read({ 'a.jsonl': '[1,null,2]\n' })).rows, [[Number.NaN, 2]]);
    const sparse = { 'a.svm': '1 1:5\n' };
    assert.deepEqual((await read(sparse, { features: 3 })).rows, [[0, 5, 0]]);
    assert.deepEqual((await read(sparse, { features: 2, absent: Number.NaN })).rows, [[Number.NaN, 5]]);
  });

  test('reads every file, and no more than a batch at a time', async () => {
    const lines = (from: number, count: number) =>
      Array.from({ length: count }, (_, i) => `${from + i},${i}\n`).join('');
    const { labels, batches } = await read({ 'a.csv': lines(0, 10_000), 'deep/b.csv': lines(10_000, 10_000) });
    assert.deepEqual(
      labels,
      Array.from({ length: 20_000 }, (_, i) => String(i)),
    );
    assert.equal(batches, 3);
  });

  test('puts columns into the order of the model', () => {
    assert.deepEqual(orderFor(['b', 'a'], ['a', 'b']), [1, 0]);
    for (const given of [['b', 'a'], ['a', 'c'], ['a'], undefined])
      assert.equal(orderFor(['b', 'a'], given), undefined);
    const batch = { labels: ['x', 'y'], features: Float64Array.of(1, 2, 3, 4), rows: 2, columns: 2, names: ['a', 'b'] };
    assert.deepEqual(reordered(batch, [1, 0]), { ...batch, features: Float64Array.of(2, 1, 4, 3), names: ['b', 'a'] });
  });
});

describe('readTestData refuses', () => {
  for (const [what, files, layout, message] of [
    ['no file', {}, {}, /^There is no test data: /],
    ['no row', { 'a.csv': '\n' }, {}, 'The test data holds no row'],
    ['a row of another width', { 'a.csv': '1,2\n1,2,3\n' }, {}, 'test/a.csv, line 2 has 3 columns, the lines before have 2'],
    ['a file of another width', { 'a.csv': '1,2\n', 'b.csv': '1,2,3\n' }, {}, 'test/b.csv has rows of 2 features, the rows before have 1'],
    ['columns in another order', { 'a.csv': 'l,a,b\n1,2,3\n', 'b.csv': 'l,b,a\n1,2,3\n' }, {}, 'test/b.csv has other columns than the first file, or the same in another order'],
    ['a label alone', { 'a.csv': '1\n' }, {}, 'test/a.csv, line 1 has one column: a row needs the label and at least one feature'],
    ['words', { 'a.csv': '1,2\n1,red\n' }, {}, /^test\/a\.csv, line 2, column 2: "red" is not a finite number/],
    ['infinity and hexadecimal', { 'a.csv': '1,Infinity\n' }, {}, /"Infinity" is not a finite number/],
    ['hexadecimal', { 'a.csv': '1,0x10\n' }, {}, /"0x10" is not a finite number/],
    ['an open quotation mark', { 'a.csv': '1,"2\n' }, {}, 'test/a.csv, line 1: a quotation mark is not closed, or stands inside of a cell'],
    ['a column that is not there', { 'a.csv': 'a,b\n1,2\n' }, { label: 'c' }, 'EVALUATE_LABEL names the column "c", which test/a.csv does not have: columns are: a, b'],
    ['a name without a header', { 'a.csv': '1,2\n' }, { label: 'c' }, 'EVALUATE_LABEL names the column "c", which test/a.csv does not have: it has no header'],
    ['a position that is not there', { 'a.csv': '1,2\n' }, { label: '2' }, 'EVALUATE_LABEL is 2, and test/a.csv has 2 columns: they are counted from 0'],
    ['what is no JSON', { 'a.jsonl': 'x\n' }, {}, /^test\/a\.jsonl, line 1 is not a JSON object or list/],
    ['an object without the label', { 'a.jsonl': '{"y":1,"a":2}\n' }, {}, 'test/a.jsonl, line 1 has no "label": name the label\'s key with EVALUATE_LABEL'],
    ['an object with other keys', { 'a.jsonl': '{"label":1,"a":2}\n{"label":1,"b":2}\n' }, {}, 'test/a.jsonl, line 2 has other keys than the first line: a'],
    ['an object in an object', { 'a.jsonl': '{"label":1,"a":{"b":2}}\n' }, {}, 'test/a.jsonl, line 1, a: {"b":2} is not a number'],
    ['libsvm without a model that says its width', { 'a.svm': '1 0:1\n' }, {}, 'test/a.svm: libsvm needs a model that says how many features it takes; give CSV or JSON Lines'],
    ['an index outside of the model', { 'a.svm': '1 2:1\n' }, { features: 2 }, "test/a.svm, line 1: the index 2 is outside of the model's 2 features, counted from 0"],
    ['what is no libsvm', { 'a.svm': '1 a\n' }, { features: 2 }, 'test/a.svm, line 1: "a" is not libsvm, which is "label index:value …"'],
    ['Parquet', { 'a.parquet': 'PAR1' }, {}, 'test/a.parquet: Parquet is not read yet; give CSV, JSON Lines or libsvm'],
    ['a type that nobody knows', { a: '' }, { contentType: 'text/xml' }, /^EVALUATE_CONTENT_TYPE text\/xml is not known; known are: text\/csv, /],
  ] as [string, Record<string, string>, Partial<DataLayout>, string | RegExp][]) {
    test(what, () =>
      assert.rejects(read(files, layout), (error: Error) => {
        assert.ok(error instanceof ClientError, error.stack);
        if (typeof message === 'string') assert.equal(error.message, message);
        else assert.match(error.message, message);
        return true;
      }),
    );
  } // biome-ignore format: a table
});
