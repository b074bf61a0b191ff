/**
 * Values as they are kept: DynamoDB's own JSON, numbers normalized and binaries in base64, so that an item is stored and answered as it is. Values are shared
 * (the cache of items): nobody changes one.
 */

export interface Value {
  readonly S?: string;
  readonly N?: string;
  readonly B?: string;
  readonly BOOL?: boolean;
  readonly NULL?: boolean;
  readonly SS?: readonly string[];
  readonly NS?: readonly string[];
  readonly BS?: readonly string[];
  readonly L?: readonly Value[];
  readonly M?: Item;
}

export type Item = Readonly<Record<string, Value>>;
export type ValueType = keyof Value;
export type KeyType = 'S' | 'N' | 'B';

/** Of the one member that a value has. */
export function typeOf(value: Value): ValueType {
  for (const type in value) return type as ValueType;
  return 'NULL';
}

/** An attribute by a user's name, which may be one that every object has (`constructor`). */
export const attributeOf = (item: Item, name: string): Value | undefined =>
  Object.hasOwn(item, name) ? item[name] : undefined;

/** Sets an attribute by a user's name, `__proto__` included. */
export function setAttribute(item: Record<string, Value>, name: string, value: Value): void {
  if (name === '__proto__')
    Object.defineProperty(item, name, { value, enumerable: true, configurable: true, writable: true });
  else item[name] = value;
}

/** Only these attributes. */
export function pick(item: Item, names: Iterable<string>): Record<string, Value> {
  const picked: Record<string, Value> = {};
  for (const name of names) {
    const value = attributeOf(item, name);
    if (value !== undefined) setAttribute(picked, name, value);
  }
  return picked;
}
