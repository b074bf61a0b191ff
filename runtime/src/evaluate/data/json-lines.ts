/**
 * JSON Lines: `{"label": 1, "features": [2, 3]}`, `[1, 2, 3]` (the label first, or at the requested position), or an object of named numbers, whose
 * order in the first line is the order of the features.
 */
import { ClientError } from '../../contract/client-error.ts';
import { at, featureOf, linesOf, type Place, type Row } from './rows.ts';

export async function* readJsonLines(file: string, name: string, label: string | undefined): AsyncGenerator<Row> {
  let line = 0;
  let names: string[] | undefined;
  for await (const text of linesOf(file, name)) {
    line += 1;
    if (text.trim() === '') continue;
    const place = { name, line };
    const value = parse(text, place);
    if (Array.isArray(value)) {
      yield listRow(value, label, place);
      continue;
    }
    const key = label ?? 'label';
    if (!Object.hasOwn(value, key))
      throw new ClientError(`${at(place)} has no "${key}": name the label's key with EVALUATE_LABEL`);
    const listed = value.features;
    if (Array.isArray(listed)) {
      yield {
        label: cellOf(value[key], place, key),
        features: listed.map((cell, i) => number(cell, place, `feature ${i}`)),
      };
      continue;
    }
    names ??= Object.keys(value).filter((candidate) => candidate !== key);
    const missing = names.find((candidate) => !Object.hasOwn(value, candidate));
    if (missing !== undefined || Object.keys(value).length !== names.length + 1)
      throw new ClientError(`${at(place)} has other keys than the first line: ${missing ?? 'there are more'}`);
    yield {
      label: cellOf(value[key], place, key),
      features: names.map((known) => number(value[known], place, known)),
      names,
    };
  }
}

function parse(text: string, place: Place): Record<string, unknown> | unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Reported below, with the file's name.
  }
  throw new ClientError(
    `${at(place)} is not a JSON object or list: a line is {"label": 1, "features": [2, 3]} or [1, 2, 3]`,
  );
}

function listRow(cells: readonly unknown[], label: string | undefined, place: Place): Row {
  const asked = label === undefined ? 0 : Number(label);
  const position = asked < 0 ? cells.length + asked : asked;
  if (!(Number.isInteger(position) && position < cells.length))
    throw new ClientError(`${at(place)}: EVALUATE_LABEL is ${label}, and the line is a list of ${cells.length}`);
  const features = cells.filter((_, i) => i !== position).map((cell, i) => number(cell, place, `feature ${i}`));
  return { label: cellOf(cells[position], place, 'the label'), features };
}

const number = (cell: unknown, place: Place, what: string) => featureOf(cellOf(cell, place, what), place, what);

function cellOf(cell: unknown, place: Place, what: string): string {
  if (cell === null || cell === undefined) return '';
  if (typeof cell === 'boolean') return cell ? '1' : '0';
  if (typeof cell === 'number' || typeof cell === 'string') return String(cell);
  throw new ClientError(`${at(place)}, ${what}: ${JSON.stringify(cell).slice(0, 40)} is not a number`);
}
