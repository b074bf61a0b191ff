/** Keys of items: checked against a table's schema, in AWS's words, and as bytes. */
import { invalid, invalidParameter } from '../invalid.ts';
import { type Index, type Key, partsOf, type Table } from '../tables/definition.ts';
import { bytesIn } from '../values/compare.ts';
import { type KeyPart, keyBytes, ownBytes } from '../values/key-bytes.ts';
import { attributeOf, type Item, typeOf } from '../values/value.ts';

const maxHashBytes = 2048;
const maxRangeBytes = 1024;

const mismatch = () => invalid('The provided key element does not match the schema');

/** A `Key` of a request: the key's attributes and no others. */
export function checkKey(given: Item, key: Key): void {
  const parts = partsOf(key);
  if (Object.keys(given).length !== parts.length) throw mismatch();
  for (const part of parts) checkKeyPart(given, part, part === key.hash);
}

export function checkKeyPart(given: Item, { name, type }: Key['hash'], isHash: boolean): void {
  const value = attributeOf(given, name)?.[type];
  if (value === undefined) throw mismatch();
  if (value === '')
    throw invalidParameter(
      `The AttributeValue for a key attribute cannot contain an empty ${type === 'S' ? 'string' : 'binary'} value. Key: ${name}`,
    );
  checkSize(value, type, isHash);
}

/** A whole item: it has the key, and what it has of indexes' keys is of the right type. */
export function checkItemKeys(item: Item, table: Table): void {
  for (const { name, type } of partsOf(table)) {
    const value = attributeOf(item, name);
    if (value === undefined) throw invalidParameter(`Missing the key ${name} in the item`);
    if (value[type] === undefined)
      throw invalidParameter(`Type mismatch for key ${name} expected: ${type} actual: ${typeOf(value)}`);
    if (value[type] === '')
      throw invalid(
        `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ${type === 'S' ? 'string' : 'binary'} value. Key: ${name}`,
      );
    checkSize(value[type] ?? '', type, name === table.hash.name);
  }
  for (const index of table.indexes) checkIndexKey(item, index);
}

export function checkIndexKey(item: Item, index: Index): void {
  for (const part of partsOf(index)) {
    const value = attributeOf(item, part.name);
    if (value === undefined) continue;
    const content = value[part.type];
    if (content === undefined)
      throw invalidParameter(
        `Type mismatch for Index Key ${part.name} Expected: ${part.type} Actual: ${typeOf(value)} IndexName: ${index.name}`,
      );
    if (content === '')
      throw invalid(
        `One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty ${part.type === 'S' ? 'string' : 'binary'} value. IndexName: ${index.name}, IndexKey: ${part.name}`,
      );
    checkSize(content, part.type, part === index.hash);
  }
}

function checkSize(content: string, type: string, isHash: boolean): void {
  // Below a third of the limit no text is too long.
  if (type === 'N' || content.length * 3 <= maxRangeBytes) return;
  const size = type === 'B' ? bytesIn(content).length : Buffer.byteLength(content);
  if (isHash && size > maxHashBytes)
    throw invalidParameter('Size of hashkey has exceeded the maximum size limit of2048 bytes');
  if (!isHash && size > maxRangeBytes)
    throw invalidParameter('Aggregated size of all range keys has exceeded the size limit of 1024 bytes');
}

const partOf = (item: Item, { name, type }: Key['hash']): KeyPart => ({
  type,
  text: attributeOf(item, name)?.[type] ?? '',
});

const parts = (item: Item, { hash, range }: Key): [KeyPart, KeyPart | undefined] => [
  partOf(item, hash),
  range && partOf(item, range),
];

/** Of an item, or of its key alone. */
export const itemKeyBytes = (item: Item, table: Key): Buffer => keyBytes(...parts(item, table));

/** Of an index's entry: the index's key, then the item's. */
export const indexKeyBytes = (item: Item, index: Key, table: Key): Buffer =>
  Buffer.concat([keyBytes(...parts(item, index)), ownBytes(...parts(item, table))]);

/** No path may lead into an attribute of a key, which is a scalar. */
export function checkNestedPaths(nested: ReadonlySet<string>, table: Table): void {
  if (nested.size === 0) return;
  const refuse = (kind: string, name: string) =>
    invalid(
      `Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: ${kind}: ${name}`,
    );
  for (const { name } of partsOf(table)) if (nested.has(name)) throw refuse('Key', name);
  for (const index of table.indexes)
    for (const { name } of partsOf(index)) if (nested.has(name)) throw refuse('IndexKey', name);
}
