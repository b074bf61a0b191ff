/** What Query and Scan share: the index, what is selected, where a page begins, and the answer. */
import type { ConsumedCapacity } from '@aws-sdk/client-dynamodb';
import type { DynamoDbDeps } from '../deps.ts';
import { invalid, invalidParameter } from '../invalid.ts';
import { type CapacityWanted, consumed, readUnits } from '../items/capacity.ts';
import { checkKey, checkKeyPart, indexKeyBytes, itemKeyBytes } from '../items/keys.ts';
import { storedItem } from '../items/mutate.ts';
import type { ReadProjection } from '../items/projections.ts';
import { type Index, namesOf, partsOf, type Table } from '../tables/definition.ts';
import { type GivenValue, readValue } from '../values/read-value.ts';
import { attributeOf, type Item, pick, setAttribute, type Value } from '../values/value.ts';
import { writeItem } from '../values/write-value.ts';
import type { PageRead } from './read-page.ts';

export interface Selecting {
  readonly IndexName?: string | undefined;
  readonly ConsistentRead?: boolean | undefined;
  readonly Select?: string | undefined;
  readonly ReturnConsumedCapacity?: CapacityWanted;
  readonly ProjectionExpression?: string | undefined;
  readonly AttributesToGet?: readonly string[] | undefined;
  readonly ExclusiveStartKey?: Readonly<Record<string, unknown>> | undefined;
}

/** Before the table is looked at. */
export function checkSelect({
  Select: select,
  ProjectionExpression: expression,
  AttributesToGet: names,
}: Selecting): void {
  const given = expression === undefined ? 'AttributesToGet' : 'ProjectionExpression';
  const isGiven = expression !== undefined || names !== undefined;
  if (isGiven && select !== undefined && select !== 'SPECIFIC_ATTRIBUTES')
    throw invalid(
      select === 'COUNT'
        ? `Cannot specify the ${given} when choosing to get only the Count`
        : `Cannot specify the ${given} when choosing to get ${select}`,
    );
  if (select === 'SPECIFIC_ATTRIBUTES' && !isGiven)
    throw invalid('Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES');
}

/** Some refusals have the sentence in front and some do not: as observed. */
const bare = /contains duplicates|number set|numeric value|significant digits|number with magnitude/;

export function readStartKey(given: Selecting['ExclusiveStartKey']): Item | undefined {
  if (given === undefined) return undefined;
  const key: Record<string, Value> = {};
  for (const name of Object.keys(given)) {
    try {
      setAttribute(key, name, readValue(given[name] as GivenValue));
    } catch (error) {
      const { message } = error as Error;
      throw invalid(bare.test(message) ? message : `The provided starting key is invalid: ${message}`);
    }
  }
  return key;
}

export function indexOf(
  table: Table,
  { IndexName: name, ConsistentRead: isConsistent, Select: select }: Selecting,
): Index | undefined {
  if (name === undefined) {
    if (select === 'ALL_PROJECTED_ATTRIBUTES')
      throw invalidParameter('ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName');
    return undefined;
  }
  const index = table.indexes.find((one) => one.name === name);
  if (index === undefined || index.status === 'DELETING')
    throw invalid(`The table does not have the specified index: ${name}`);
  if (index.isGlobal && isConsistent) throw invalid('Consistent reads are not supported on global secondary indexes');
  if (index.status === 'CREATING') throw invalid(`Cannot read from backfilling global secondary index: ${name}`);
  return index;
}

export function checkSelectOfIndex(index: Index | undefined, { Select: select }: Selecting): void {
  if (select === 'ALL_ATTRIBUTES' && index?.isGlobal && index.holds !== undefined)
    throw invalidParameter(
      `Select type ALL_ATTRIBUTES is not supported for global secondary index ${index.name} because its projection type is not ALL`,
    );
}

export function checkProjectionOfIndex(index: Index | undefined, projection: ReadProjection): void {
  if (!index?.isGlobal || index.holds === undefined) return;
  const missing = (projection.heads ?? []).filter((name) => !index.holds?.has(name));
  if (missing.length > 0)
    throw invalidParameter(`Global secondary index ${index.name} does not project [${missing.join(', ')}]`);
}

/** Whether what is wanted of a local index's entries is only in the table's items. */
export function needsTable(
  index: Index | undefined,
  { Select: select }: Selecting,
  projection: ReadProjection,
  heads: Iterable<string>,
): boolean {
  const held = index?.holds;
  if (index === undefined || index.isGlobal || held === undefined) return false;
  if (select === 'ALL_ATTRIBUTES') return true;
  return [...(projection.heads ?? []), ...heads].some((name) => !held.has(name));
}

export const startNames = (table: Table, index: Index | undefined): Set<string> =>
  new Set([...namesOf(table), ...(index ? namesOf(index) : [])]);

/** The start key's own key of the table. */
export function checkTableKey(start: Item, table: Table): void {
  try {
    checkKey(pick(start, namesOf(table)), table);
  } catch (error) {
    throw invalid(`The provided starting key is invalid: ${(error as Error).message}`);
  }
}

export function checkIndexStart(start: Item, index: Index): void {
  for (const part of partsOf(index)) {
    if (attributeOf(start, part.name) === undefined) throw invalid('The provided starting key is invalid');
    checkKeyPart(start, part, part === index.hash);
  }
}

export const startBytes = (start: Item, table: Table, index: Index | undefined): Buffer =>
  index === undefined ? itemKeyBytes(start, table) : indexKeyBytes(start, index, table);

export interface Filtered {
  readonly table: Table;
  readonly index: Index | undefined;
  readonly page: PageRead;
  readonly filter: (item: Item) => boolean;
  readonly projection: ReadProjection;
  readonly fromTable: boolean;
}

/** The whole items behind entries. */
async function wholeItems(deps: DynamoDbDeps, table: Table, entries: readonly Item[]) {
  const stored = await Promise.all(entries.map((entry) => storedItem(deps, table, itemKeyBytes(entry, table))));
  return stored.filter((one) => one !== undefined);
}

export async function pageAnswer(
  deps: DynamoDbDeps,
  operation: string,
  { table, index, page, filter, projection, fromTable }: Filtered,
  input: Selecting,
) {
  const whole = fromTable ? await wholeItems(deps, table, page.items) : undefined;
  const items = (whole?.map(({ item }) => item) ?? page.items).filter(filter);
  const wholeBytes = whole?.reduce((sum, { size }) => sum + size, 0) ?? 0;
  const { ConsistentRead: isConsistent } = input;
  const unitsOf = (bytes: number) => readUnits(bytes, isConsistent);
  const ownUnits = index === undefined ? unitsOf(page.bytes) : whole ? unitsOf(wholeBytes) : 0;
  const indexUnits = new Map(index === undefined ? [] : [[index.name, unitsOf(page.bytes)] as const]);
  deps.metrics.read(
    table,
    operation,
    ownUnits + (index ? unitsOf(page.bytes) : 0),
    items.length,
    index?.isGlobal ? index.name : undefined,
  );
  const capacity: ConsumedCapacity | undefined = consumed(
    table,
    { table: ownUnits, indexes: indexUnits },
    input.ReturnConsumedCapacity,
  );
  return {
    ...(input.Select !== 'COUNT' && { Items: items.map((item) => writeItem(projection.of(item))) }),
    Count: items.length,
    ScannedCount: page.items.length,
    ...(page.last && { LastEvaluatedKey: writeItem(pick(page.last, startNames(table, index))) }),
    ...(capacity && { ConsumedCapacity: capacity }),
  };
}
