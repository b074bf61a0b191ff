/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html */
import { randomInt } from 'node:crypto';
import type { CreateTableInput } from '@aws-sdk/client-dynamodb';
import type { Call } from '../../../contract/call.ts';
import { uuid } from '../../../kit/ids.ts';
import { Conflict } from '../../../storage/database.ts';
import { onTable } from '../access.ts';
import type { DynamoDbOperation } from '../deps.ts';
import { checkTags, tagsFrom } from '../tagging/tags.ts';
import type { KeyType } from '../values/value.ts';
import { checkTable } from './check-definition.ts';
import {
  type IndexDefinition,
  type KeyElement,
  type Projection,
  type TableDefinition,
  type Throughput,
  tableOf,
} from './definition.ts';
import { describeTable } from './describe.ts';
import { refuseUnbuilt } from './refuse-unbuilt.ts';
import { insertTable } from './table-store.ts';

export const createTable: DynamoDbOperation<'CreateTable'> = {
  async access(input, call, deps) {
    const create = await onTable('CreateTable', input.TableName, call, deps);
    return input.Tags?.length ? [...create, ...(await onTable('TagResource', input.TableName, call, deps))] : create;
  },
  async handle(input, call, deps) {
    checkTable(input);
    checkTags(input.Tags ?? []);
    refuseUnbuilt(input);
    const row = {
      id: randomInt(2 ** 47),
      account: call.account,
      region: call.region,
      name: input.TableName ?? '',
      status: 'CREATING' as const,
      generation: 1,
      created_at: call.now.getTime(),
      document: JSON.stringify(definitionOf(input, call)),
    };
    try {
      await deps.database.write([insertTable(row)]);
    } catch (cause) {
      if (!(cause instanceof Conflict)) throw cause;
      throw call.error('ResourceInUseException', `Table already exists: ${row.name}`, { cause });
    }
    const table = tableOf(row);
    deps.tables.forget(table);
    deps.wake(row.id);
    return { TableDescription: describeTable(table) };
  },
};

function definitionOf(input: CreateTableInput, call: Call): TableDefinition {
  const attributeDefinitions = (input.AttributeDefinitions ?? []) as TableDefinition['attributeDefinitions'];
  const isOnDemand = input.BillingMode === 'PAY_PER_REQUEST';
  const locals = (input.LocalSecondaryIndexes ?? []).map((index, at) => indexOf(index, at + 1, false));
  const globals = (input.GlobalSecondaryIndexes ?? []).map((index, at) => indexOf(index, locals.length + at + 1, true));
  return {
    tableId: uuid(),
    attributes: Object.fromEntries(
      attributeDefinitions.map(({ AttributeName, AttributeType }): [string, KeyType] => [AttributeName, AttributeType]),
    ),
    attributeDefinitions,
    keySchema: (input.KeySchema ?? []) as KeyElement[],
    billingMode: isOnDemand ? 'PAY_PER_REQUEST' : 'PROVISIONED',
    hasBillingSummary: isOnDemand,
    ...(isOnDemand && { onDemandSince: call.now.getTime() }),
    throughput: throughputOf(input.ProvisionedThroughput),
    ...(input.OnDemandThroughput && { onDemandThroughput: input.OnDemandThroughput }),
    indexes: [...locals, ...globals],
    nextIndexId: locals.length + globals.length + 1,
    isProtected: input.DeletionProtectionEnabled ?? false,
    ...(input.TableClass && { tableClass: { name: input.TableClass } }),
    tags: tagsFrom(input.Tags ?? []),
  };
}

export const throughputOf = (
  given: { ReadCapacityUnits?: number | undefined; WriteCapacityUnits?: number | undefined } | undefined,
): Throughput => ({
  ReadCapacityUnits: given?.ReadCapacityUnits ?? 0,
  WriteCapacityUnits: given?.WriteCapacityUnits ?? 0,
});

interface GivenIndex {
  readonly IndexName?: string | undefined;
  readonly KeySchema?: readonly object[] | undefined;
  readonly Projection?: object | undefined;
  readonly ProvisionedThroughput?: Parameters<typeof throughputOf>[0];
}

export const indexOf = (given: GivenIndex, id: number, isGlobal: boolean): IndexDefinition => ({
  id,
  name: given.IndexName ?? '',
  isGlobal,
  keySchema: given.KeySchema as KeyElement[],
  projection: given.Projection as Projection,
  ...(isGlobal && { throughput: throughputOf(given.ProvisionedThroughput) }),
  status: isGlobal ? 'CREATING' : 'ACTIVE',
});
