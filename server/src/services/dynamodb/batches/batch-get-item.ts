/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
import type { ConsumedCapacity, KeysAndAttributes } from '@aws-sdk/client-dynamodb';
import { nameIn, onTable } from '../access.ts';
import type { DynamoDbOperation } from '../deps.ts';
import { invalid } from '../invalid.ts';
import { consumed, readUnits } from '../items/capacity.ts';
import { onItems } from '../items/item-access.ts';
import { checkKey, checkNestedPaths, itemKeyBytes } from '../items/keys.ts';
import { storedItem } from '../items/mutate.ts';
import { type ReadProjection, readProjection } from '../items/projections.ts';
import type { Table } from '../tables/definition.ts';
import { usableTable } from '../tables/find-table.ts';
import { readItem } from '../values/read-value.ts';
import { maxItemBytes } from '../values/size.ts';
import type { Item } from '../values/value.ts';
import { writeItem } from '../values/write-value.ts';

const maxKeys = 100;
/** A partition answers a megabyte and what is left of the last item; the rest is for the next request (observed; recorded in dynalite's test-suite). */
const maxBytes = 1024 * 1024 + maxItemBytes - 3;

interface TableRequest {
  readonly given: KeysAndAttributes;
  readonly projection: ReadProjection;
  readonly keys: readonly Item[];
}

export const batchGetItem: DynamoDbOperation<'BatchGetItem'> = {
  audit: { data: true },
  async access(input, call, deps) {
    const all = Object.entries(input.RequestItems ?? {}).map(([name, request]) =>
      onItems('BatchGetItem', { ...request, TableName: name }, request.Keys ?? [], call, deps),
    );
    const needed = (await Promise.all(all)).flat();
    return needed.length > 0 ? needed : onTable('BatchGetItem', undefined, call, deps);
  },
  async handle(input, call, deps) {
    const requests = readRequests(input.RequestItems);
    const found: { name: string; table: Table; request: TableRequest }[] = [];
    for (const [name, request] of requests)
      found.push({ name, request, table: await usableTable(deps, call, nameIn(name)) });
    for (const { table, request } of found) {
      for (const key of request.keys) checkKey(key, table);
      checkNestedPaths(request.projection.nested, table);
    }
    const responses: Record<string, Record<string, never>[]> = {};
    const unprocessed: Record<string, KeysAndAttributes> = {};
    const capacities: ConsumedCapacity[] = [];
    let bytes = 0;
    for (const { name, table, request } of found) {
      const items: Record<string, never>[] = [];
      const left: KeysAndAttributes['Keys'] = [];
      let units = 0;
      const { ConsistentRead: isConsistent } = request.given;
      const stored = await Promise.all(request.keys.map((key) => storedItem(deps, table, itemKeyBytes(key, table))));
      stored.forEach((one, at) => {
        if (one !== undefined && bytes + one.size > maxBytes) {
          left.push(request.given.Keys?.[at] ?? {});
          units += readUnits(0, isConsistent);
          return;
        }
        units += readUnits(one?.size ?? 0, isConsistent);
        bytes += one?.size ?? 0;
        if (one !== undefined) items.push(writeItem(request.projection.of(one.item)));
      });
      responses[name] = items;
      if (left.length > 0) unprocessed[name] = { ...request.given, Keys: left };
      deps.metrics.read(table, 'BatchGetItem', units, items.length);
      const capacity = consumed(table, { table: units, indexes: new Map() }, input.ReturnConsumedCapacity);
      if (capacity) capacities.push(capacity);
    }
    return {
      Responses: responses,
      UnprocessedKeys: unprocessed,
      ...(capacities.length > 0 && { ConsumedCapacity: capacities }),
    };
  },
};

function readRequests(given: Readonly<Record<string, KeysAndAttributes>>): Map<string, TableRequest> {
  const requests = new Map<string, TableRequest>();
  let count = 0;
  for (const [name, request] of Object.entries(given)) {
    const projection = readProjection(request);
    const seen = new Set<string>();
    const keys = (request.Keys ?? []).map((given) => {
      const key = readItem(given);
      const text = JSON.stringify(Object.entries(key).sort(([one], [other]) => (one < other ? -1 : 1)));
      if (seen.has(text)) throw invalid('Provided list of item keys contains duplicates');
      seen.add(text);
      if (++count > maxKeys) throw invalid('Too many items requested for the BatchGetItem call');
      return key;
    });
    requests.set(name, { given: request, projection, keys });
  }
  return requests;
}
