/** A table as it is defined (one JSON document) and as the operations on items use it. */
import { formatArn } from '../../../contract/arn.ts';
import type { TableRow, TableStatus } from '../schema.ts';
import { attributeOf, type Item, type KeyType, pick } from '../values/value.ts';

export interface KeyElement {
  readonly AttributeName: string;
  readonly KeyType: 'HASH' | 'RANGE';
}

export interface Throughput {
  readonly ReadCapacityUnits: number;
  readonly WriteCapacityUnits: number;
  readonly NumberOfDecreasesToday?: number;
  /** Milliseconds since 1970. */
  readonly lastIncrease?: number;
  readonly lastDecrease?: number;
  /** While it is being changed: what it is to be. */
  readonly next?: Pick<Throughput, 'ReadCapacityUnits' | 'WriteCapacityUnits' | 'NumberOfDecreasesToday'>;
}

export interface Projection {
  readonly ProjectionType: 'ALL' | 'KEYS_ONLY' | 'INCLUDE';
  readonly NonKeyAttributes?: readonly string[];
}

export interface IndexDefinition {
  /** Its entries' index_id; never used again in this table. */
  readonly id: number;
  readonly name: string;
  readonly isGlobal: boolean;
  readonly keySchema: readonly KeyElement[];
  readonly projection: Projection;
  readonly throughput?: Throughput;
  readonly status: 'CREATING' | 'UPDATING' | 'ACTIVE' | 'DELETING';
  /** A new index of a table that has items is filled while they are written. */
  readonly isBackfilling?: boolean;
}

export interface TableDefinition {
  readonly tableId: string;
  readonly attributes: Readonly<Record<string, KeyType>>;
  /** In the order of the request. */
  readonly attributeDefinitions: readonly { readonly AttributeName: string; readonly AttributeType: KeyType }[];
  readonly keySchema: readonly KeyElement[];
  readonly billingMode: 'PROVISIONED' | 'PAY_PER_REQUEST';
  /** Whether BillingMode was ever PAY_PER_REQUEST: since when. */
  readonly onDemandSince?: number;
  readonly hasBillingSummary: boolean;
  readonly throughput: Throughput;
  readonly onDemandThroughput?: object;
  readonly indexes: readonly IndexDefinition[];
  readonly nextIndexId: number;
  readonly isProtected: boolean;
  readonly tableClass?: { readonly name: string; readonly since?: number };
  readonly tags: Readonly<Record<string, string>>;
  readonly timeToLive?: { readonly attribute: string; readonly status: 'ENABLING' | 'ENABLED' | 'DISABLED' };
}

/** A key's attributes with their types. */
export interface Key {
  readonly hash: { readonly name: string; readonly type: KeyType };
  readonly range: { readonly name: string; readonly type: KeyType } | undefined;
}

export interface Index extends IndexDefinition, Key {
  /** The attributes that it holds; undefined for all. */
  readonly holds: ReadonlySet<string> | undefined;
}

export interface Table extends Key {
  readonly id: number;
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly arn: string;
  readonly status: TableStatus;
  readonly generation: number;
  readonly createdAt: number;
  readonly definition: TableDefinition;
  readonly indexes: readonly Index[];
  /** While it is enabled or about to be: the attribute with the time at which an item ends. */
  readonly expiryAttribute: string | undefined;
}

export function tableOf(row: TableRow): Table {
  const definition = JSON.parse(row.document) as TableDefinition;
  const key = keyOf(definition.keySchema, definition);
  const keyNames = namesOf(key);
  const { timeToLive } = definition;
  return {
    ...key,
    id: row.id,
    account: row.account,
    region: row.region,
    name: row.name,
    arn: tableArn(row.region, row.account, row.name),
    status: row.status,
    generation: row.generation,
    createdAt: row.created_at,
    definition,
    indexes: definition.indexes.map((index) => {
      const indexKey = keyOf(index.keySchema, definition);
      const { ProjectionType: type, NonKeyAttributes: more = [] } = index.projection;
      const holds = type === 'ALL' ? undefined : new Set([...keyNames, ...namesOf(indexKey), ...more]);
      return { ...index, ...indexKey, holds };
    }),
    expiryAttribute: timeToLive === undefined || timeToLive.status === 'DISABLED' ? undefined : timeToLive.attribute,
  };
}

export const tableArn = (region: string, account: string, name: string): string =>
  formatArn('dynamodb', region, account, `table/${name}`);

function keyOf(schema: readonly KeyElement[], { attributes }: TableDefinition): Key {
  const part = (element: KeyElement | undefined) =>
    element && { name: element.AttributeName, type: attributes[element.AttributeName] ?? 'S' };
  return { hash: part(schema[0]) ?? { name: '', type: 'S' }, range: part(schema[1]) };
}

export const partsOf = ({ hash, range }: Key): Key['hash'][] => (range === undefined ? [hash] : [hash, range]);
export const namesOf = (key: Key): string[] => partsOf(key).map(({ name }) => name);

/** What an index holds of an item; undefined for an item that it does not have. */
export function heldBy(index: Index, item: Item): Item | undefined {
  const has = partsOf(index).every(({ name, type }) => attributeOf(item, name)?.[type] !== undefined);
  if (!has) return undefined;
  return index.holds === undefined ? item : pick(item, index.holds);
}
