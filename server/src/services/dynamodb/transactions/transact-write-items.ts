/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html: all or none. */
import { createHash } from 'node:crypto';
import type { CancellationReason, TransactWriteItemsInput, TransactWriteItemsOutput } from '@aws-sdk/client-dynamodb';
import { AwsError } from '../../../contract/aws-error.ts';
import type { Call } from '../../../contract/call.ts';
import { Conflict, type Statement } from '../../../storage/database.ts';
import { nameIn, onTable } from '../access.ts';
import type { DynamoDbDeps, DynamoDbOperation } from '../deps.ts';
import { invalid } from '../invalid.ts';
import { unitsOfChange } from '../items/capacity.ts';
import { type Change, newVersion, statementsOf } from '../items/changes.ts';
import { requireItem, requireNoItem } from '../items/entry-store.ts';
import { onItems } from '../items/item-access.ts';
import { cacheKey } from '../items/item-cache.ts';
import { itemKeyBytes } from '../items/keys.ts';
import { keepChange, storedItem, tableAgain } from '../items/mutate.ts';
import { collectionOf } from '../items/write-answer.ts';
import type { Table } from '../tables/definition.ts';
import { usableTable } from '../tables/find-table.ts';
import { requireTable } from '../tables/table-store.ts';
import { itemSize } from '../values/size.ts';
import { writeItem } from '../values/write-value.ts';
import { type Action, actionName, kindOf, readAction } from './actions.ts';
import { capacities, checkTransaction } from './transaction.ts';
import { findTransaction, insertTransaction } from './transaction-store.ts';

type Input = TransactWriteItemsInput;
type Output = TransactWriteItemsOutput;

interface Placed {
  readonly action: Action;
  readonly table: Table;
  readonly key: Buffer;
  readonly name: string;
}

const maxBytes = 4 * 1024 * 1024;
const tokenMs = 10 * 60_000;
const maxAttempts = 20;

export const transactWriteItems: DynamoDbOperation<'TransactWriteItems'> = {
  audit: { data: true, readOnly: false },
  async access(input, call, deps) {
    const all = (input.TransactItems ?? []).flatMap((item) => {
      const kind = kindOf(item);
      const request = kind && item[kind];
      if (request === undefined) return [];
      const given = 'Item' in request ? request.Item : 'Key' in request ? request.Key : undefined;
      return [onItems(actionName(kind ?? 'Put'), request, [given], call, deps, 'TransactWriteItems')];
    });
    const needed = (await Promise.all(all)).flat();
    return needed.length > 0 ? needed : onTable('PutItem', undefined, call, deps);
  },
  async handle(input, call, deps) {
    const { ClientRequestToken: token } = input;
    const digest = token === undefined ? '' : createHash('sha256').update(JSON.stringify(input)).digest('hex');
    if (token !== undefined) {
      const known = await findTransaction(deps.database, call, token, call.now.getTime());
      if (known !== undefined) return sameAgain(known, digest, call);
    }
    const actions = (input.TransactItems as Input['TransactItems'] & {}).map(readAction);
    let places = await placed(actions, call, deps);
    checkTransaction(places);
    const names = places.map(({ name }) => name).sort();
    return deps.turns.take(names, async () => {
      for (let attempt = 1; ; attempt++) {
        const changes = await decide(places, deps);
        const answer = answerOf(input, changes, deps);
        const row = token === undefined ? [] : [insertTransaction(call, token, digest, call.now.getTime() + tokenMs)];
        const { tables, statements } = write(places, changes);
        try {
          await deps.database.write([...tables, ...row, ...statements]);
        } catch (error) {
          for (const { name } of places) deps.items.forget(name);
          if (!(error instanceof Conflict)) throw error;
          if (error.index >= tables.length && error.index < tables.length + row.length) {
            const known = await findTransaction(deps.database, call, token ?? '', call.now.getTime());
            if (known !== undefined) return sameAgain(known, digest, call);
          }
          if (attempt >= maxAttempts) throw conflicts(places.length);
          if (error.index < tables.length) {
            for (const { table } of places) await tableAgain(deps, call, table);
            places = await placed(actions, call, deps);
          }
          continue;
        }
        changes.forEach((change, at) => {
          if (places[at]?.action.kind !== 'ConditionCheck') keepChange(deps, places[at]?.name ?? '', change);
        });
        return answer;
      }
    });
  },
};

/** The same request with the same token: nothing is done again. */
function sameAgain(known: { digest: string }, digest: string, call: Call): Output {
  if (known.digest !== digest)
    throw call.error(
      'IdempotentParameterMismatchException',
      'Request parameters do not match with the ones used for the idempotency token',
    );
  return {};
}

async function placed(actions: readonly Action[], call: Call, deps: DynamoDbDeps): Promise<Placed[]> {
  const all: Placed[] = [];
  for (const action of actions) {
    const table = await usableTable(deps, call, nameIn(action.tableName));
    action.check(table);
    const key = itemKeyBytes(action.given, table);
    all.push({ action, table, key, name: cacheKey(table.id, key) });
  }
  return all;
}

/** What each item is to become; throws the reasons where one of them refuses. */
async function decide(places: readonly Placed[], deps: DynamoDbDeps): Promise<Change[]> {
  const stored = await Promise.all(places.map(({ table, key }) => storedItem(deps, table, key)));
  const reasons: CancellationReason[] = [];
  const changes = places.map(({ action, table, key }, at): Change => {
    const before = stored[at];
    const base = { table, key, before, size: 0, version: newVersion() };
    if (action.condition.given && !action.condition.isMet(before?.item ?? {})) {
      reasons[at] = {
        Code: 'ConditionalCheckFailed',
        Message: 'The conditional request failed',
        ...(action.showsItem && before && { Item: writeItem(before.item) }),
      };
      return { ...base, after: before?.item };
    }
    try {
      const after = action.after(before?.item, table);
      return { ...base, after, size: after === undefined ? 0 : itemSize(after) };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      reasons[at] = { Code: 'ValidationError', Message: error.message };
      return { ...base, after: before?.item };
    }
  });
  if (reasons.length > 0) throw cancelled(places.map((_, at) => reasons[at] ?? { Code: 'None' }));
  if (changes.reduce((sum, { size }) => sum + size, 0) > maxBytes)
    throw invalid('Collection size of items to be written by this transaction exceeds the allowed limit');
  return changes;
}

function cancelled(reasons: CancellationReason[]): AwsError {
  const codes = reasons.map(({ Code: code }) => code).join(', ');
  return new AwsError(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    { status: 400, fields: { CancellationReasons: reasons } },
  );
}

const conflicts = (count: number): AwsError =>
  cancelled(
    Array.from({ length: count }, () => ({
      Code: 'TransactionConflict',
      Message: 'Transaction is ongoing for the item',
    })),
  );

function write(
  places: readonly Placed[],
  changes: readonly Change[],
): { tables: Statement[]; statements: Statement[] } {
  const tables = new Map(places.map(({ table }) => [table.id, table]));
  const statements = changes.flatMap((change): Statement[] => {
    const { table, key, before, after } = change;
    if (after !== before?.item) return statementsOf(change);
    // Unchanged: it must still be what the condition was checked on.
    return before === undefined ? requireNoItem(table.id, key) : [requireItem(table.id, key, before.version)];
  });
  return { tables: [...tables.values()].map(requireTable), statements };
}

function answerOf(input: Input, changes: readonly Change[], deps: DynamoDbDeps): Output {
  const units = changes.map(({ table, before, after, size }) => {
    const one = unitsOfChange(table, before, after, size);
    // A transaction writes twice.
    const doubled = { table: 2 * one.table, indexes: new Map([...one.indexes].map(([name, of]) => [name, 2 * of])) };
    deps.metrics.write(table, doubled);
    return { table, units: doubled.table + [...doubled.indexes.values()].reduce((sum, of) => sum + of, 0) };
  });
  const collections = new Map<string, NonNullable<ReturnType<typeof collectionOf>>[]>();
  if (input.ReturnItemCollectionMetrics === 'SIZE')
    for (const change of changes) {
      const metrics = collectionOf(change);
      if (metrics) collections.set(change.table.name, [...(collections.get(change.table.name) ?? []), metrics]);
    }
  return {
    ...capacities(units, input.ReturnConsumedCapacity, 'WriteCapacityUnits'),
    ...(collections.size > 0 && { ItemCollectionMetrics: Object.fromEntries(collections) }),
  };
}
