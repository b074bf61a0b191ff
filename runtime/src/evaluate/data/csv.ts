/** CSV with or without a header: a first line in which no cell is a number is one. The label is the first column, or the requested one. */
import { ClientError } from '../../contract/client-error.ts';
import { delimiterOf } from '../../delimiter.ts';
import { at, featureOf, linesOf, type Place, type Row, toNumber } from './rows.ts';

export async function* readCsv(file: string, name: string, label: string | undefined): AsyncGenerator<Row> {
  let column: number | undefined;
  let width = 0;
  let names: string[] | undefined;
  let featureNames: string[] | undefined;
  let line = 0;
  let delimiter: string | undefined;
  for await (const text of linesOf(file, name)) {
    line += 1;
    if (text.trim() === '') continue;
    const place = { name, line };
    delimiter ??= delimiterIn(text);
    const cells = text.includes('"') ? quotedCells(text, delimiter, place) : text.split(delimiter);
    if (column === undefined) {
      width = cells.length;
      if (width < 2)
        throw new ClientError(`${at(place)} has one column: a row needs the label and at least one feature`);
      if (cells.every((cell) => toNumber(cell) === undefined)) names = cells.map((cell) => cell.trim());
      column = labelColumn(label, names, width, place);
      featureNames = names?.toSpliced(column, 1);
      if (names) continue;
    }
    if (cells.length !== width)
      throw new ClientError(`${at(place)} has ${cells.length} columns, the lines before have ${width}`);
    yield { ...rowOf(cells, column, names, place), names: featureNames };
  }
}

function delimiterIn(text: string): string {
  const bytes = Buffer.from(text);
  return String.fromCharCode(delimiterOf(bytes, 0, bytes.length));
}

function rowOf(cells: readonly string[], label: number, names: readonly string[] | undefined, place: Place): Row {
  const features: number[] = [];
  for (let i = 0; i < cells.length; i++) {
    if (i === label) continue;
    features.push(featureOf(cells[i] as string, place, names ? `column ${names[i]}` : `column ${i + 1}`));
  }
  return { label: (cells[label] as string).trim(), features };
}

function labelColumn(
  label: string | undefined,
  names: readonly string[] | undefined,
  width: number,
  place: Place,
): number {
  if (label === undefined) return 0;
  const named = names?.indexOf(label) ?? -1;
  if (named !== -1) return named;
  if (!/^-?\d+$/.test(label)) {
    const why = names ? `columns are: ${names.slice(0, 20).join(', ')}` : 'it has no header';
    throw new ClientError(`EVALUATE_LABEL names the column "${label}", which ${place.name} does not have: ${why}`);
  }
  const position = Number(label) < 0 ? width + Number(label) : Number(label);
  if (position >= 0 && position < width) return position;
  throw new ClientError(`EVALUATE_LABEL is ${label}, and ${place.name} has ${width} columns: they are counted from 0`);
}

/** A cell and what ends it, by the delimiter. Spaces around quotes are no part of a cell, unless they delimit cells. */
const quotedCell: Readonly<Record<string, RegExp>> = {
  ',': /\s*(?:"((?:[^"]|"")*)"\s*|([^,"]*))(,|$)/y,
  ';': /\s*(?:"((?:[^"]|"")*)"\s*|([^;"]*))(;|$)/y,
  '\t': /(?:"((?:[^"]|"")*)"|([^\t"]*))(\t|$)/y,
  '|': /\s*(?:"((?:[^"]|"")*)"\s*|([^|"]*))(\||$)/y,
  ' ': /(?:"((?:[^"]|"")*)"|([^ "]*))( |$)/y,
};

/** RFC 4180 within a line. */
function quotedCells(text: string, delimiter: string, place: Place): string[] {
  const cells: string[] = [];
  const cell = quotedCell[delimiter] as RegExp;
  cell.lastIndex = 0;
  for (;;) {
    const found = cell.exec(text);
    if (!found) throw new ClientError(`${at(place)}: a quotation mark is not closed, or stands inside of a cell`);
    cells.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? '');
    if (found[3] === '') return cells;
  }
}
