/** Items as they are answered: binaries become bytes again, as AWS's types say; everything else is shared with what is kept. */
import { type Item, setAttribute, type Value } from './value.ts';

/** Written to JSON in base64. */
class Binary extends Uint8Array {
  readonly #text: string;
  constructor(text: string) {
    super(Buffer.from(text, 'base64'));
    this.#text = text;
  }
  toJSON(): string {
    return this.#text;
  }
}

/** The SDK's type of an item's attribute. */
type Answered = Record<string, never>;

export function writeItem(item: Item): Answered {
  const result: Record<string, Value> = {};
  let changed = false;
  for (const name of Object.keys(item)) {
    const value = item[name] as Value;
    const written = writeValue(value);
    if (written !== value) changed = true;
    setAttribute(result, name, written);
  }
  return (changed ? result : item) as never;
}

export function writeValue(value: Value): Value {
  if (value.B !== undefined) return { B: new Binary(value.B) as never };
  if (value.BS !== undefined) return { BS: value.BS.map((text) => new Binary(text)) as never };
  if (value.L !== undefined) return value.L.length === 0 ? value : { L: value.L.map(writeValue) };
  if (value.M !== undefined) {
    const written = writeItem(value.M) as never;
    return written === value.M ? value : { M: written };
  }
  return value;
}
