import { extname, join, relative } from 'node:path';
import { ClientError } from '../../contract/client-error.ts';
import { filesBelow, isDataFile } from '../../contract/data-files.ts';
import { readCsv } from './csv.ts';
import { readJsonLines } from './json-lines.ts';
import { readLibsvm } from './libsvm.ts';
import type { Row } from './rows.ts';

export interface Batch {
  readonly labels: readonly string[];
  /** Row-major. */
  readonly features: Float64Array;
  readonly rows: number;
  readonly columns: number;
  /** Of the columns, where the first file has any. */
  readonly names: readonly string[] | undefined;
}

export interface DataLayout {
  readonly label: string | undefined;
  readonly contentType: string | undefined;
  /** The model's, if it declares one. */
  readonly features: number | undefined;
  /** What a feature is that a sparse row leaves out. */
  readonly absent: number;
}

type Format = 'csv' | 'json lines' | 'libsvm';

const byType: Readonly<Record<string, Format>> = {
  'text/csv': 'csv',
  csv: 'csv',
  'application/jsonlines': 'json lines',
  'application/x-ndjson': 'json lines',
  'text/libsvm': 'libsvm',
  'text/x-libsvm': 'libsvm',
  libsvm: 'libsvm',
};

const byEnding: Readonly<Record<string, Format>> = {
  '.jsonl': 'json lines',
  '.ndjson': 'json lines',
  '.json': 'json lines',
  '.libsvm': 'libsvm',
  '.svm': 'libsvm',
  '.svmlight': 'libsvm',
};

const numbersInBatch = 1 << 18;
const rowsInBatch = 8192;

export async function* readTestData(folder: string, layout: DataLayout): AsyncGenerator<Batch> {
  const given = layout.contentType?.split(';')[0]?.trim().toLowerCase();
  if (given !== undefined && !Object.hasOwn(byType, given))
    throw new ClientError(
      `EVALUATE_CONTENT_TYPE ${layout.contentType} is not known; known are: ${Object.keys(byType).join(', ')}`,
    );
  let labels: string[] = [];
  let features: number[] = [];
  let columns: number | undefined;
  let names: readonly string[] | undefined;
  const batch = (): Batch => {
    const ready = { labels, features: Float64Array.from(features), rows: labels.length, columns: columns ?? 0, names };
    labels = [];
    features = [];
    return ready;
  };
  for (const { file, name } of await filesOf(folder)) {
    const format = given === undefined ? formatOf(name) : (byType[given] as Format);
    let isFirst = true;
    for await (const row of rowsOf(format, file, name, layout)) {
      if (columns === undefined) names = row.names;
      if (isFirst && String(row.names ?? '') !== String(names ?? ''))
        throw new ClientError(`${name} has other columns than the first file, or the same in another order`);
      isFirst = false;
      columns ??= row.features.length;
      if (row.features.length !== columns)
        throw new ClientError(`${name} has rows of ${row.features.length} features, the rows before have ${columns}`);
      labels.push(row.label);
      for (const value of row.features) features.push(value);
      if (labels.length >= rowsInBatch || features.length >= numbersInBatch) yield batch();
    }
  }
  if (columns === undefined) throw new ClientError('The test data holds no row');
  if (labels.length > 0) yield batch();
}

function formatOf(name: string): Format {
  const ending = extname(name).toLowerCase();
  if (ending === '.parquet') throw new ClientError(`${name}: Parquet is not read yet; give CSV, JSON Lines or libsvm`);
  return byEnding[ending] ?? 'csv';
}

function rowsOf(format: Format, file: string, name: string, layout: DataLayout): AsyncGenerator<Row> {
  if (format === 'csv') return readCsv(file, name, layout.label);
  if (format === 'json lines') return readJsonLines(file, name, layout.label);
  if (layout.features === undefined)
    throw new ClientError(`${name}: libsvm needs a model that says how many features it takes; give CSV or JSON Lines`);
  return readLibsvm(file, name, layout.features, layout.absent);
}

async function filesOf(folder: string): Promise<{ file: string; name: string }[]> {
  const files = (await filesBelow(folder)).filter(isDataFile);
  if (files.length === 0)
    throw new ClientError(
      "There is no test data: the input at /opt/ml/processing/test holds no file. Check the input's S3 prefix",
    );
  return files.map((file) => ({ file, name: relative(join(folder, '..'), file) }));
}
