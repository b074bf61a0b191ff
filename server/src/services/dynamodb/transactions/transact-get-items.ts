/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactGetItems.html: all items of one moment. */
import { nameIn, onTable } from '../access.ts';
import type { DynamoDbOperation } from '../deps.ts';
import { invalid } from '../invalid.ts';
import { readUnits } from '../items/capacity.ts';
import { readTogether } from '../items/entry-store.ts';
import { onItems } from '../items/item-access.ts';
import { checkKey, checkNestedPaths, itemKeyBytes } from '../items/keys.ts';
import { readProjection } from '../items/projections.ts';
import type { Table } from '../tables/definition.ts';
import { usableTable } from '../tables/find-table.ts';
import { readItem } from '../values/read-value.ts';
import { writeItem } from '../values/write-value.ts';
import { capacities, checkTransaction } from './transaction.ts';

const maxBytes = 4 * 1024 * 1024;

export const transactGetItems: DynamoDbOperation<'TransactGetItems'> = {
  audit: { data: true, readOnly: true },
  async access(input, call, deps) {
    const gets = (input.TransactItems ?? []).flatMap(({ Get: get }) => get ?? []);
    const all = gets.map((get) => onItems('GetItem', get, [get.Key], call, deps, 'TransactGetItems'));
    const needed = (await Promise.all(all)).flat();
    return needed.length > 0 ? needed : onTable('GetItem', undefined, call, deps);
  },
  async handle(input, call, deps) {
    const gets = input.TransactItems.map(({ Get: get }) => {
      return { get, given: readItem(get.Key), projection: readProjection(get) };
    });
    const places: { table: Table; key: Buffer }[] = [];
    for (const { get, given, projection } of gets) {
      const table = await usableTable(deps, call, nameIn(get.TableName));
      checkKey(given, table);
      checkNestedPaths(projection.nested, table);
      places.push({ table, key: itemKeyBytes(given, table) });
    }
    checkTransaction(places);
    const stored = await readTogether(
      deps.database,
      places.map(({ table, key }) => ({ table: table.id, key })),
    );
    if (stored.reduce((sum, one) => sum + (one?.size ?? 0), 0) > maxBytes)
      throw invalid('Collection size of items to be read by this transaction exceeds the allowed limit');
    // A transaction reads twice.
    const units = places.map(({ table }, at) => ({ table, units: 2 * readUnits(stored[at]?.size ?? 0, true) }));
    for (const one of units) deps.metrics.read(one.table, 'TransactGetItems', one.units, undefined);
    return {
      Responses: stored.map((one, at) => {
        const projected = one && gets[at]?.projection.of(one.item);
        return projected === undefined ? {} : { Item: writeItem(projected) };
      }),
      ...capacities(units, input.ReturnConsumedCapacity, 'ReadCapacityUnits'),
    };
  },
};
