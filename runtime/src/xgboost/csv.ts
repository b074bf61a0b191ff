/** CSV as XGBoost's container takes it: no header, the label first, an empty cell is missing, the delimiter sniffed. Parses bytes, makes no text of a cell that is a number. */
import { ClientError } from '../contract/client-error.ts';
import { exactDigits, powersOfTen, readNumber } from '../csv-number.ts';
import { comma, delimiterOf } from '../delimiter.ts';
import { textStart } from './line-pieces.ts';

export interface CsvTable {
  readonly rows: number;
  /** Of features: the label's is not counted. */
  readonly columns: number;
  readonly labels: Float32Array;
  /** Row-major without the label; NaN is missing. */
  readonly values: Float32Array;
}

const newline = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;
const quote = 0x22;
const minus = 0x2d;
const zero = 0x30;
/** The decimal point, counted from zero as digits are. */
const point = 0x2e - zero;

interface Place {
  readonly name: string;
  readonly line: number;
  readonly isFirst: boolean;
  readonly delimiter: number;
}

export interface CsvReader {
  /** The next piece of the text, of whole lines. Throws ClientError naming file, line, column and the fix. */
  take(piece: Uint8Array): void;
  /** One for each piece that held a row. Throws ClientError where there was none. */
  tables(): [CsvTable, ...CsvTable[]];
}

/** `name` is how messages call the file. */
export function csvReader(name: string): CsvReader {
  const tables: CsvTable[] = [];
  let line = 1;
  let delimiter = comma;
  return {
    take(piece) {
      const start = line === 1 ? textStart(piece) : 0;
      const { lines, rows, firstRow } = measure(piece, start);
      if (firstRow) {
        if (tables.length === 0) delimiter = delimiterOf(piece, firstRow.at, firstRow.stop);
        const columns =
          tables[0]?.columns ?? columnsOf(piece, firstRow, delimiter, `${name}, line ${line + firstRow.line}`) - 1;
        const labels = new Float32Array(rows);
        const table = { rows, columns, labels, values: new Float32Array(rows * columns) };
        parseRows(piece, start, table, { name, line, delimiter, isFirst: tables.length === 0 });
        tables.push(table);
      }
      line += lines;
    },
    tables() {
      const [first, ...others] = tables;
      if (first) return [first, ...others];
      throw new ClientError(`${name} is empty: it needs at least one row, the label first, then the features`);
    },
  };
}

function parseRows(bytes: Uint8Array, start: number, table: CsvTable, from: Place): void {
  const { name, delimiter } = from;
  let row = 0;
  for (let at = start, line = from.line; at < bytes.length; line++) {
    const { stop, next } = lineAt(bytes, at);
    if (stop > at) {
      parseRow(bytes, at, stop, table, row, { name, line, delimiter, isFirst: from.isFirst && row === 0 });
      row += 1;
    }
    at = next;
  }
}

/** Where the line's text ends, and where the next line begins. */
function lineAt(bytes: Uint8Array, at: number): { stop: number; next: number } {
  let end = bytes.indexOf(newline, at);
  if (end === -1) end = bytes.length;
  return { stop: end > at && bytes[end - 1] === carriageReturn ? end - 1 : end, next: end + 1 };
}

interface FirstRow {
  /** Counted from 0. */
  readonly line: number;
  readonly at: number;
  readonly stop: number;
}

/** Rows are the lines that are not empty. */
function measure(bytes: Uint8Array, start: number): { lines: number; rows: number; firstRow: FirstRow | undefined } {
  let lines = 0;
  let rows = 0;
  let firstRow: FirstRow | undefined;
  for (let at = start; at < bytes.length; lines++) {
    const { stop, next } = lineAt(bytes, at);
    if (stop > at) {
      rows += 1;
      firstRow ??= { line: lines, at, stop };
    }
    at = next;
  }
  return { lines, rows, firstRow };
}

function columnsOf(bytes: Uint8Array, { at, stop }: FirstRow, delimiter: number, where: string): number {
  let columns = 1;
  for (let i = at; i < stop; i++) if (bytes[i] === delimiter) columns += 1;
  if (columns > 1) return columns;
  throw new ClientError(`${where} has one column: a row needs the label and at least one feature, separated by commas`);
}

function parseRow(
  bytes: Uint8Array,
  from: number,
  to: number,
  { columns, labels, values }: CsvTable,
  row: number,
  place: Place,
): void {
  const { delimiter } = place;
  // The label's column is 0.
  const before = row * columns - 1;
  let column = 0;
  for (let at = from; at <= to; column++) {
    // A plain decimal, which nearly every cell is, in the one pass that finds its end.
    let end = at < to && bytes[at] === minus ? at + 1 : at;
    const isNegative = end > at;
    let mantissa = 0;
    let digits = 0;
    let whole = -1;
    for (; end < to; end++) {
      const digit = (bytes[end] as number) - zero;
      if (digit >= 0 && digit <= 9) {
        mantissa = mantissa * 10 + digit;
        digits += 1;
      } else if (digit === point && whole === -1) whole = digits;
      else break;
    }
    const isPlain = (end === to || bytes[end] === delimiter) && digits > 0 && digits <= exactDigits;
    if (!isPlain) while (end < to && bytes[end] !== delimiter) end += 1;
    if (column <= columns) {
      const size = whole === -1 ? mantissa : mantissa / (powersOfTen[digits - whole] as number);
      const value = isPlain ? (isNegative ? -size : size) : parseCell(bytes, at, end, column, place);
      if (column === 0) labels[row] = value;
      else values[before + column] = value;
    }
    at = end + 1;
  }
  if (column === columns + 1) return;
  throw new ClientError(
    `${place.name}, line ${place.line} has ${column} ${column === 1 ? 'column' : 'columns'}, the lines before have ${columns + 1}: every row needs the label and the same number of features`,
  );
}

function parseCell(bytes: Uint8Array, from: number, to: number, column: number, place: Place): number {
  const value = parseNumber(bytes, from, to);
  if (value === undefined) throw noNumber(bytes, from, to, column, place);
  // What is too large for a float32 would be infinite in it. The library takes neither, and cannot say where it stands.
  if (Math.abs(Math.fround(value)) !== Infinity) return value;
  throw new ClientError(
    `${cellName(bytes, from, to, column, place)} is infinite or too large for a 32-bit float. Leave a missing cell empty, clip or scale the others`,
  );
}

const cellName = (bytes: Uint8Array, from: number, to: number, column: number, { name, line }: Place) =>
  `${name}, line ${line}, column ${column + 1}: "${Buffer.from(bytes.subarray(from, Math.min(to, from + 40))).toString('utf8')}"`;

function noNumber(bytes: Uint8Array, from: number, to: number, column: number, place: Place): ClientError {
  const where = `${cellName(bytes, from, to, column, place)} is not a number.`;
  if (place.isFirst && holdsNoNumber(bytes, from, place.delimiter)) {
    return new ClientError(
      `${where} It looks like a header: remove the first line, put the label into the first column and leave numbers only`,
    );
  }
  return new ClientError(
    `${where} Encode text as numbers, put the label into the first column and leave a missing cell empty`,
  );
}

/** Of the line that contains `at`. */
function holdsNoNumber(bytes: Uint8Array, at: number, delimiter: number): boolean {
  const end = bytes.indexOf(newline, at);
  const line = bytes.subarray(bytes.lastIndexOf(newline, at) + 1, end === -1 ? bytes.length : end);
  return Buffer.from(line)
    .toString('latin1')
    .split(String.fromCharCode(delimiter))
    .every((cell) => !Number.isFinite(parseNumber(Buffer.from(cell.trim(), 'latin1'), 0, cell.trim().length)));
}

/** Undefined for what is no number, NaN for an empty cell. */
export function parseNumber(bytes: Uint8Array, from: number, to: number): number | undefined {
  while (from < to && bytes[from] === space) from += 1;
  while (to > from && bytes[to - 1] === space) to -= 1;
  if (from === to) return Number.NaN;
  let at = from;
  const negative = bytes[at] === 0x2d;
  if (negative || bytes[at] === 0x2b) at += 1;
  let mantissa = 0;
  let digits = 0;
  let decimals = 0;
  let inFraction = false;
  for (; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (byte >= 0x30 && byte <= 0x39) {
      mantissa = mantissa * 10 + (byte - 0x30);
      digits += 1;
      if (inFraction) decimals += 1;
    } else if (byte === 0x2e && !inFraction) inFraction = true;
    else break;
  }
  if (at === to && digits > 0 && digits <= exactDigits) {
    const value = mantissa / (powersOfTen[decimals] ?? 1);
    return negative ? -value : value;
  }
  return parseSlowly(bytes, from, to);
}

function parseSlowly(bytes: Uint8Array, from: number, to: number): number | undefined {
  if (bytes[from] === quote && to - from >= 2 && bytes[to - 1] === quote) return parseNumber(bytes, from + 1, to - 1);
  return readNumber(Buffer.from(bytes.subarray(from, to)).toString('latin1'));
}
