/** A table as DescribeTable and its kin return it. */
import type {
  GlobalSecondaryIndexDescription,
  LocalSecondaryIndexDescription,
  ProvisionedThroughputDescription,
  TableDescription,
} from '@aws-sdk/client-dynamodb';
import type { Index, Table, Throughput } from './definition.ts';

export interface Counts {
  /** Items and bytes by index, 0 for the table. */
  readonly [index: number]: { readonly items: number; readonly bytes: number } | undefined;
}

const dateOf = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms));

const throughputOf = ({
  lastIncrease,
  lastDecrease,
  next: _,
  ...units
}: Throughput): ProvisionedThroughputDescription => ({
  NumberOfDecreasesToday: 0,
  ...units,
  LastIncreaseDateTime: dateOf(lastIncrease),
  LastDecreaseDateTime: dateOf(lastDecrease),
});

const noUnits: Throughput = { ReadCapacityUnits: 0, WriteCapacityUnits: 0 };

export function describeTable(table: Table, counts: Counts = {}): TableDescription {
  const { definition, status } = table;
  const isDeleting = status === 'DELETING';
  const locals = table.indexes.filter(({ isGlobal }) => !isGlobal);
  const globals = isDeleting ? [] : table.indexes.filter(({ isGlobal }) => isGlobal);
  const { onDemandSince, tableClass } = definition;
  const mode = definition.billingMode;
  return {
    AttributeDefinitions: [...definition.attributeDefinitions],
    TableName: table.name,
    KeySchema: [...definition.keySchema],
    TableStatus: status,
    CreationDateTime: new Date(table.createdAt),
    ProvisionedThroughput: throughputOf(definition.throughput),
    TableSizeBytes: counts[0]?.bytes ?? 0,
    ItemCount: counts[0]?.items ?? 0,
    TableArn: table.arn,
    TableId: definition.tableId,
    ...(definition.hasBillingSummary && {
      BillingModeSummary: {
        BillingMode: mode,
        LastUpdateToPayPerRequestDateTime: status === 'CREATING' ? undefined : dateOf(onDemandSince),
      },
      TableThroughputModeSummary: { TableThroughputMode: mode },
    }),
    ...(locals.length > 0 && { LocalSecondaryIndexes: locals.map((index) => localOf(table, index, counts)) }),
    ...(globals.length > 0 && { GlobalSecondaryIndexes: globals.map((index) => globalOf(table, index, counts)) }),
    ...(definition.onDemandThroughput && { OnDemandThroughput: definition.onDemandThroughput }),
    ...(tableClass && {
      TableClassSummary: { TableClass: tableClass.name as never, LastUpdateDateTime: dateOf(tableClass.since) },
    }),
    DeletionProtectionEnabled: definition.isProtected,
  } as TableDescription;
}

const indexOf = (table: Table, index: Index, counts: Counts) => ({
  IndexName: index.name,
  KeySchema: [...index.keySchema],
  Projection: index.projection as LocalSecondaryIndexDescription['Projection'],
  IndexSizeBytes: counts[index.id]?.bytes ?? 0,
  ItemCount: counts[index.id]?.items ?? 0,
  IndexArn: `${table.arn}/index/${index.name}`,
});

const localOf = (table: Table, index: Index, counts: Counts): LocalSecondaryIndexDescription =>
  indexOf(table, index, counts);

const globalOf = (table: Table, index: Index, counts: Counts): GlobalSecondaryIndexDescription => ({
  ...indexOf(table, index, counts),
  IndexStatus: index.status,
  ...(index.isBackfilling && { Backfilling: true }),
  ProvisionedThroughput: throughputOf(index.throughput ?? noUnits),
});
