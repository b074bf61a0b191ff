/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html */
import type { UpdateTableInput } from '@aws-sdk/client-dynamodb';
import { AwsError } from '../../../contract/aws-error.ts';
import type { Call } from '../../../contract/call.ts';
import { nameIn, onTable } from '../access.ts';
import type { DynamoDbOperation } from '../deps.ts';
import { invalid, invalidParameter } from '../invalid.ts';
import { changeDefinition } from './change.ts';
import { checkUnits } from './check-definition.ts';
import type { Table, TableDefinition } from './definition.ts';
import { describeTable } from './describe.ts';
import { anyTable } from './find-table.ts';
import { withIndexUpdates } from './index-updates.ts';
import { refuseUnbuilt } from './refuse-unbuilt.ts';
import { withThroughput } from './throughput-updates.ts';

export const updateTable: DynamoDbOperation<'UpdateTable'> = {
  access: (input, call, deps) => onTable('UpdateTable', input.TableName, call, deps),
  async handle(input, call, deps) {
    checkUpdate(input);
    refuseUnbuilt(input);
    const name = nameIn(input.TableName);
    const table = await changeDefinition(
      deps,
      call,
      () => anyTable(deps, call, name),
      (current) => {
        if (current.status !== 'ACTIVE')
          throw call.error(
            'ResourceInUseException',
            `Attempt to change a resource which is still in use: Table is being ${current.status.toLowerCase().replace(/ing$/, 'ed')}: ${name}`,
          );
        return { status: 'UPDATING' as const, definition: updated(current, input, call) };
      },
    );
    return { TableDescription: describeTable(table) };
  },
};

function checkUpdate(input: UpdateTableInput): void {
  const { ProvisionedThroughput: throughput, BillingMode: mode, GlobalSecondaryIndexUpdates: updates } = input;
  const others = [
    input.SSESpecification,
    input.StreamSpecification,
    input.ReplicaUpdates,
    input.TableClass,
    input.DeletionProtectionEnabled,
    input.OnDemandThroughput,
    input.WarmThroughput,
    input.MultiRegionConsistency,
  ];
  if (!throughput && !mode && !updates?.length && others.every((other) => other === undefined))
    throw invalid(
      'At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required',
    );
  if (mode === 'PROVISIONED' && !throughput)
    throw invalidParameter('ProvisionedThroughput must be specified when BillingMode is PROVISIONED');
  if (throughput) checkUnits(throughput);
  const names = new Set<string>();
  for (const { Update: update, Create: create, Delete: remove } of updates ?? []) {
    if (!update && !create && !remove)
      throw invalidParameter(
        'One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, GlobalSecondaryIndexUpdate.Delete must not be null',
      );
    const name = (update ?? create ?? remove)?.IndexName ?? '';
    if (names.has(name))
      throw invalidParameter(
        `Only one global secondary index update per index is allowed simultaneously. Index: ${name}`,
      );
    names.add(name);
  }
  if ((updates?.length ?? 0) > 5) throw onlyOneIndex();
}

const onlyOneIndex = () =>
  new AwsError(
    'LimitExceededException',
    'Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table',
    { status: 400 },
  );

function updated(table: Table, input: UpdateTableInput, call: Call): TableDefinition {
  const online = (input.GlobalSecondaryIndexUpdates ?? []).filter(({ Update: update }) => update === undefined);
  if (online.length > 1) throw onlyOneIndex();
  const now = call.now.getTime();
  const throughput = withThroughput(table, input, now);
  const indexed = withIndexUpdates({ ...table, definition: throughput }, input);
  return {
    ...indexed,
    ...(input.DeletionProtectionEnabled !== undefined && { isProtected: input.DeletionProtectionEnabled }),
    ...(input.TableClass && { tableClass: { name: input.TableClass, since: now } }),
    ...(input.OnDemandThroughput && { onDemandThroughput: input.OnDemandThroughput }),
  };
}
