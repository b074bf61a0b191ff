/** A channel's folder, all of its files together, as labels and features. */
import { basename, join, relative } from 'node:path';
import { ClientError } from '../contract/client-error.ts';
import { filesBelow, isDataFile, isHiddenFile } from '../contract/data-files.ts';
import type { Matrix, Xgboost } from './booster.ts';
import { type CsvTable, csvReader } from './csv.ts';
import { libsvmReader, type SparseTable } from './libsvm.ts';
import { eachPiece } from './line-pieces.ts';

/** A channel without a single file, or with a pipe through which nothing came. */
export class NoData extends ClientError {}

export interface Dataset {
  readonly labels: Float32Array;
  readonly weights: Float32Array | undefined;
  readonly rows: number;
  readonly columns: number;
  readonly isSparse: boolean;
  /** `columns` is the widest of all channels, so that every matrix has the model's width. */
  matrix(xgboost: Xgboost, columns: number): Matrix;
}

async function filesOf(folder: string): Promise<string[]> {
  const all = await filesBelow(folder);
  // The container's text (aws/sagemaker-xgboost-container, v1.7-1, data_utils.py, get_size).
  if (all.some(isHiddenFile))
    throw new ClientError(
      `Channel ${basename(folder)}: Hidden file found in the data path! Remove that before training.`,
    );
  const files = all.filter(isDataFile);
  if (files.length === 0) throw new NoData(`Channel ${basename(folder)} holds no file: check the channel's S3 prefix`);
  return files;
}

/** Every CSV file below the folder, one after the other; or what comes through the channel's first pipe, beside it. Throws ClientError. */
export async function readCsvFolder(folder: string, isPipe = false): Promise<CsvTable> {
  const tables: CsvTable[] = [];
  let first: { name: string; columns: number } | undefined;
  for (const file of isPipe ? [`${folder}_0`] : await filesOf(folder)) {
    const name = relative(join(folder, '..'), file);
    const reader = csvReader(name);
    let isSilent = isPipe;
    await eachPiece(file, (piece) => {
      isSilent = false;
      reader.take(piece);
    });
    if (isSilent) throw new NoData(`Channel ${basename(folder)} gave nothing through its pipe`);
    const [table, ...others] = reader.tables();
    first ??= { name, columns: table.columns };
    if (table.columns !== first.columns) {
      throw new ClientError(
        `${name} has ${table.columns + 1} columns, ${first.name} has ${first.columns + 1}: all files of a channel need the same columns`,
      );
    }
    tables.push(table, ...others);
  }
  const [only, ...others] = tables;
  return only && others.length === 0 ? only : joined(tables, first?.columns ?? 0);
}

function joined(tables: readonly CsvTable[], columns: number): CsvTable {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const labels = new Float32Array(rows);
  const values = new Float32Array(rows * columns);
  let row = 0;
  for (const table of tables) {
    labels.set(table.labels, row);
    values.set(table.values, row * columns);
    row += table.rows;
  }
  return { rows, columns, labels, values };
}

async function readCsvDataset(folder: string, csvWeights: boolean, isPipe: boolean): Promise<Dataset> {
  const { labels, values, rows, columns } = await readCsvFolder(folder, isPipe);
  if (!csvWeights) {
    return {
      labels,
      weights: undefined,
      rows,
      columns,
      isSparse: false,
      matrix: (xgboost) => xgboost.denseMatrix(values, rows, columns),
    };
  }
  if (columns < 2)
    throw new ClientError(
      `Channel ${basename(folder)}: with csv_weights=1 a row is the label, the weight, then at least one feature`,
    );
  const weights = new Float32Array(rows);
  const features = new Float32Array(rows * (columns - 1));
  for (let row = 0; row < rows; row++) {
    const weight = values[row * columns] ?? Number.NaN;
    if (!(weight >= 0)) throw badWeight(basename(folder), row, weight);
    weights[row] = weight;
    features.set(values.subarray(row * columns + 1, (row + 1) * columns), row * (columns - 1));
  }
  return {
    labels,
    weights,
    rows,
    columns: columns - 1,
    isSparse: false,
    matrix: (xgboost) => xgboost.denseMatrix(features, rows, columns - 1),
  };
}

const badWeight = (channel: string, row: number, weight: number) =>
  new ClientError(
    `Channel ${channel}, row ${row + 1}: the weight ${weight} is not a number from 0 on. With csv_weights=1 the weight is the second column`,
  );

async function readLibsvmDataset(folder: string): Promise<Dataset> {
  const table: SparseTable = { labels: [], weights: [], offsets: [0], columns: [], values: [] };
  for (const file of await filesOf(folder))
    await eachPiece(file, libsvmReader(relative(join(folder, '..'), file), table));
  const rows = table.labels.length;
  if (rows === 0)
    throw new ClientError(`Channel ${basename(folder)} holds no row: a line is "label index:value index:value …"`);
  if (table.columns.length === 0) {
    throw new ClientError(
      `Channel ${basename(folder)} holds labels alone, no feature: a line is "label index:value index:value …"`,
    );
  }
  const offsets = BigUint64Array.from(table.offsets, BigInt);
  const columns = Uint32Array.from(table.columns);
  const values = Float32Array.from(table.values);
  return {
    labels: Float32Array.from(table.labels),
    weights: table.weights.some((weight) => weight !== 1) ? Float32Array.from(table.weights) : undefined,
    rows,
    isSparse: true,
    columns: columns.reduce((most, column) => Math.max(most, column + 1), 0),
    matrix: (xgboost, width) => xgboost.sparseMatrix(offsets, columns, values, width),
  };
}

/**
 * Which of them is taken, and how: https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost.html (input/output interface) and the container
 * (aws/sagemaker-xgboost-container, v1.7-1, data_utils.py): without a content type it is libsvm, which pipes do not carry.
 */
export async function readDataset(
  folder: string,
  contentType: string | undefined,
  csvWeights: boolean,
  { isPipe = false, wrapper = 'None' }: { readonly isPipe?: boolean; readonly wrapper?: string } = {},
): Promise<Dataset> {
  const [type, ...parameters] = (contentType ?? 'text/libsvm').split(';').map((word) => word.trim().toLowerCase());
  const channel = `Channel configuration for '${basename(folder)}' channel is not supported`;
  if (wrapper !== 'None')
    throw new ClientError(`${channel}: RecordWrapperType ${wrapper} is for records that are no text; leave it at None`);
  if (type === 'text/csv' || type === 'csv') {
    if (parameters.some((word) => /^label_size *=/.test(word) && !/^label_size *= *"?1"?$/.test(word)))
      throw new ClientError(
        `${contentType} is not an accepted csv ContentType. Optional parameter label_size must be equal to 1`,
      );
    return readCsvDataset(folder, csvWeights, isPipe);
  }
  if (type === 'text/libsvm' || type === 'text/x-libsvm' || type === 'libsvm') {
    if (isPipe)
      throw new ClientError(
        `${channel}: Pipe mode not supported for LibSVM. Use TrainingInputMode File, or the ContentType text/csv`,
      );
    return readLibsvmDataset(folder);
  }
  throw new ClientError(
    `ContentType ${contentType} is not supported: use text/csv or text/libsvm (Parquet and RecordIO are not built yet)`,
  );
}

/** Throws where the labels cannot be the objective's. */
export function checkLabels(
  labels: Float32Array,
  objective: string,
  numClass: number | undefined,
  channel: string,
): void {
  const fits = (label: number) => {
    if (Number.isNaN(label)) return false;
    if (objective.startsWith('multi:')) return Number.isInteger(label) && label >= 0 && label < (numClass ?? 0);
    if (objective === 'binary:hinge') return label === 0 || label === 1;
    if (objective === 'binary:logistic' || objective === 'binary:logitraw' || objective === 'reg:logistic')
      return label >= 0 && label <= 1;
    if (objective === 'count:poisson' || objective === 'reg:tweedie') return label >= 0;
    if (objective === 'reg:gamma') return label > 0;
    return Number.isFinite(label);
  };
  const row = labels.findIndex((label) => !fits(label));
  if (row === -1) return;
  const wanted = objective.startsWith('multi:')
    ? `whole numbers from 0 to ${(numClass ?? 1) - 1}`
    : `what ${objective} can learn`;
  throw new ClientError(
    `Channel ${channel}, row ${row + 1}: the label ${labels[row]} is not ${objective.startsWith('multi:') ? 'among ' : ''}${wanted}. ` +
      'The label is the first column: move it there if it is the last, and number classes from 0',
  );
}
