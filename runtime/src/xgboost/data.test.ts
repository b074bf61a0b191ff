import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { ClientError } from '../contract/client-error.ts';
import { checkLabels, readCsvFolder, readDataset } from './data.ts';

/** A channel `train` with these files, for as long as `use` runs. */
async function withChannel<T>(files: Record<string, string>, use: (folder: string) => Promise<T>): Promise<T> {
  const root = mkdtempSync(join(tmpdir(), 'data-'));
  const folder = join(root, 'train');
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  try {
    return await use(folder);
  } finally {
    rmSync(root, { recursive: true });
  }
}

const read = (files: Record<string, string>, type: string | undefined = 'text/csv', csvWeights = false) =>
  withChannel(files, (folder) => readDataset(folder, type, csvWeights));
const refuses = (files: Record<string, string>, message: string, type?: string, csvWeights?: boolean) =>
  assert.rejects(read(files, type, csvWeights), new ClientError(message));

describe('readCsvFolder', () => {
  test('reads each of the delimiters that the endpoint reads', async () => {
    for (const delimiter of [',', ';', '\t', '|'])
      assert.deepEqual(
        (await withChannel({ a: `1${delimiter}10\n2${delimiter}\n` }, readCsvFolder)).values,
        Float32Array.of(10, Number.NaN),
      );
  });

  test('joins all files in the order of their names, those of folders among them', async () => {
    const files = { 'b.csv': '3,30\n', 'a.csv': '1,10\n2,20', 'c/d.csv': '4,40\r\n' };
    assert.deepEqual(await withChannel(files, readCsvFolder), {
      labels: Float32Array.of(1, 2, 3, 4),
      values: Float32Array.of(10, 20, 30, 40),
      rows: 4,
      columns: 1,
    });
  });

  test('leaves out files that begin with _, such as Spark’s _SUCCESS, and what is no file', () =>
    withChannel({ 'a.csv': '1,10\n', _SUCCESS: '', _started_1: 'x' }, async (folder) => {
      symlinkSync('/etc/passwd', join(folder, 'link.csv'));
      assert.equal((await readCsvFolder(folder)).rows, 1);
    }));
});

describe('readDataset', () => {
  test('takes the content type in each of its spellings', async () => {
    for (const type of ['text/csv', 'TEXT/CSV', 'csv', 'text/csv; label_size=1'])
      assert.equal((await read({ a: '1,2\n' }, type)).isSparse, false, type);
    for (const type of ['text/libsvm', 'text/x-libsvm', 'libsvm'])
      assert.equal((await read({ a: '1 1:2\n' }, type)).isSparse, true, type);
  });

  test('takes libsvm where no type is given, as the container does', () =>
    withChannel({ a: '1 1:2\n' }, async (folder) => {
      assert.equal((await readDataset(folder, undefined, false)).isSparse, true);
    }));

  test('takes the second column as weights where the settings ask for it', async () => {
    const { labels, weights, columns } = await read({ a: '1,0.5,7,8\n0,2,9,10\n' }, 'text/csv', true);
    assert.deepEqual([Array.from(labels), Array.from(weights ?? []), columns], [[1, 0], [0.5, 2], 2]);
  });

  test('has weights from libsvm only where one is not 1', async () => {
    assert.equal((await read({ a: '1 1:2\n' }, 'libsvm')).weights, undefined);
    assert.deepEqual((await read({ a: '1 1:2\n', b: '1:3 4:2\n' }, 'libsvm')).weights, Float32Array.of(1, 3));
  });

  test('takes a content type with parameters', async () => {
    for (const type of ['text/csv; label_size=1', 'TEXT/CSV;label_size=1;charset=utf8', 'csv;charset=utf8'])
      assert.equal((await read({ a: '1,2\n' }, type)).columns, 1);
    assert.equal((await read({ a: '1 1:2\n' }, 'text/libsvm ;charset=utf8')).isSparse, true);
  });

  test('is as wide as the greatest index', async () =>
    assert.equal((await read({ a: '1 0:2\n', b: '1 9:2\n' }, 'libsvm')).columns, 10));
});

describe('readDataset refuses', () => {
  test('a channel without files', async () => {
    const message = "Channel train holds no file: check the channel's S3 prefix";
    await refuses({}, message);
    await refuses({ _SUCCESS: '' }, message);
    await refuses({}, message, 'libsvm');
    await assert.rejects(readCsvFolder('/nowhere/train'), new ClientError(message));
  });

  test('hidden files, in the container’s words', () =>
    refuses(
      { 'a.csv': '1,2\n', 'more/.a.csv.swp': 'x' },
      'Channel train: Hidden file found in the data path! Remove that before training.',
    ));

  test('files of different width', () =>
    refuses(
      { 'a.csv': '1,2\n', 'b.csv': '1,2,3\n' },
      'train/b.csv has 3 columns, train/a.csv has 2: all files of a channel need the same columns',
    ));

  test('a mistake in the second file, by its name', () =>
    refuses(
      { 'a.csv': '1,2\n', 'more/b.csv': '1,2\n1,x\n' },
      'train/more/b.csv, line 2, column 2: "x" is not a number. Encode text as numbers, put the label into the first column and leave a missing cell empty',
    ));

  test('content types that are not supported', () =>
    refuses(
      { a: '1,2\n' },
      'ContentType application/x-parquet is not supported: use text/csv or text/libsvm (Parquet and RecordIO are not built yet)',
      'application/x-parquet',
    ));

  test('labels in any but one column', () =>
    refuses(
      { a: '1,2\n' },
      'text/csv; label_size=0 is not an accepted csv ContentType. Optional parameter label_size must be equal to 1',
      'text/csv; label_size=0',
    ));

  test('weights without features, or that are none', async () => {
    await refuses(
      { a: '1,1\n' },
      'Channel train: with csv_weights=1 a row is the label, the weight, then at least one feature',
      'text/csv',
      true,
    );
    for (const [cell, seen] of [
      ['-1', '-1'],
      ['', 'NaN'],
    ] as const)
      await refuses(
        { a: `1,1,2\n1,${cell},2\n` },
        `Channel train, row 2: the weight ${seen} is not a number from 0 on. With csv_weights=1 the weight is the second column`,
        'text/csv',
        true,
      );
  });

  test('libsvm without rows or without features', async () => {
    const form = 'a line is "label index:value index:value …"';
    await refuses({ a: '# nothing\n' }, `Channel train holds no row: ${form}`, 'libsvm');
    await refuses({ a: '1\n0\n' }, `Channel train holds labels alone, no feature: ${form}`, 'libsvm');
  });
});

describe('checkLabels', () => {
  const hint = 'The label is the first column: move it there if it is the last, and number classes from 0';
  const labels: [objective: string, good: number[], bad: number[]][] = [
    ['reg:squarederror', [-1, 0, 1e30], [Number.NaN]],
    ['binary:logistic', [0, 0.5, 1], [-0.1, 1.5, Number.NaN]],
    ['reg:logistic', [0, 0.5, 1], [2]],
    ['binary:hinge', [0, 1], [0.5, -1]],
    ['count:poisson', [0, 2.5], [-1, Number.NaN]],
    ['reg:tweedie', [0, 2.5], [-1]],
    ['reg:gamma', [0.1, 9], [0, -1]],
  ];
  for (const [objective, good, bad] of labels) {
    test(`does let pass what ${objective} can learn and refuses the rest`, () => {
      checkLabels(Float32Array.from(good), objective, undefined, 'train');
      for (const label of bad) {
        const given = Float32Array.of(...good, label);
        assert.throws(
          () => checkLabels(given, objective, undefined, 'train'),
          new ClientError(
            `Channel train, row ${given.length}: the label ${given.at(-1)} is not what ${objective} can learn. ${hint}`,
          ),
        );
      }
    });
  }

  test('refuses what is not a class', () => {
    checkLabels(Float32Array.of(0, 1, 2), 'multi:softmax', 3, 'validation');
    for (const label of [3, -1, 0.5, Number.NaN])
      assert.throws(
        () => checkLabels(Float32Array.of(0, label), 'multi:softprob', 3, 'validation'),
        new ClientError(
          `Channel validation, row 2: the label ${label} is not among whole numbers from 0 to 2. ${hint}`,
        ),
      );
  });
});
