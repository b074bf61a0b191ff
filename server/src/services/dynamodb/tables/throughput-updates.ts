/** UpdateTable's part about billing and capacity, of the table and of its global indexes. */
import type { UpdateTableInput } from '@aws-sdk/client-dynamodb';
import { invalid, invalidParameter } from '../invalid.ts';
import type { IndexDefinition, Table, TableDefinition, Throughput } from './definition.ts';

interface Units {
  readonly ReadCapacityUnits?: number | undefined;
  readonly WriteCapacityUnits?: number | undefined;
}

const maxUnits = 1_000_000_000_000;
const noUnits: Throughput = { ReadCapacityUnits: 0, WriteCapacityUnits: 0 };

export function withThroughput(table: Table, input: UpdateTableInput, now: number): TableDefinition {
  const { definition } = table;
  const mode = input.BillingMode ?? definition.billingMode;
  if (input.ProvisionedThroughput && mode === 'PAY_PER_REQUEST')
    throw invalidParameter(
      'Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST',
    );
  const updates = indexUnits(input);
  if (mode === 'PROVISIONED' && definition.billingMode !== 'PROVISIONED') checkAllGiven(definition, updates);
  const throughput = input.ProvisionedThroughput
    ? changed(definition.throughput, input.ProvisionedThroughput, now)
    : definition.throughput;
  const indexes = definition.indexes.map((index): IndexDefinition => {
    const units = updates.get(index.name);
    if (!index.isGlobal || units === undefined) return index;
    return { ...index, status: 'UPDATING', throughput: changed(index.throughput ?? noUnits, units, now) };
  });
  const next = { ...definition, throughput, indexes, billingMode: mode };
  if (mode === definition.billingMode) return next;
  if (mode === 'PROVISIONED')
    return {
      ...next,
      hasBillingSummary: true,
      throughput: reached(throughput),
      indexes: indexes.map((index) => ({
        ...index,
        ...(index.throughput && { throughput: reached(index.throughput) }),
      })),
    };
  const none = { ...noUnits, lastDecrease: now };
  return {
    ...next,
    hasBillingSummary: true,
    onDemandSince: now,
    throughput: none,
    indexes: indexes.map((index) => (index.isGlobal ? { ...index, throughput: none } : index)),
  };
}

function indexUnits({ GlobalSecondaryIndexUpdates: updates = [] }: UpdateTableInput): Map<string, Units> {
  const units = new Map<string, Units>();
  for (const { Update: update } of updates) {
    const given = update?.ProvisionedThroughput;
    if (given === undefined) continue;
    if ((given.ReadCapacityUnits ?? 0) > maxUnits || (given.WriteCapacityUnits ?? 0) > maxUnits)
      throw invalid(
        'This operation cannot be performed with given input values. Please contact DynamoDB service team for more info: Action Blocked: IndexUpdate',
      );
    units.set(update?.IndexName ?? '', given);
  }
  return units;
}

function checkAllGiven({ indexes }: TableDefinition, updates: ReadonlyMap<string, Units>): void {
  const missing = indexes.filter(({ isGlobal, name }) => isGlobal && !updates.has(name)).map(({ name }) => name);
  if (missing.length > 0)
    throw invalidParameter(`ProvisionedThroughput must be specified for index: ${missing.join(',')}`);
}

function changed(current: Throughput, given: Units, now: number): Throughput {
  const read = given.ReadCapacityUnits ?? 0;
  const write = given.WriteCapacityUnits ?? 0;
  const [readMore, writeMore] = [read - current.ReadCapacityUnits, write - current.WriteCapacityUnits];
  if (readMore === 0 && writeMore === 0)
    throw invalid(
      `The provisioned throughput for the table will not change. The requested value equals the current value. Current ReadCapacityUnits provisioned for the table: ${current.ReadCapacityUnits}. Requested ReadCapacityUnits: ${read}. Current WriteCapacityUnits provisioned for the table: ${current.WriteCapacityUnits}. Requested WriteCapacityUnits: ${write}. Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.`,
    );
  const isDecrease = readMore < 0 || writeMore < 0;
  return {
    ...current,
    ...((readMore > 0 || writeMore > 0) && { lastIncrease: now }),
    ...(isDecrease && { lastDecrease: now }),
    next: {
      ReadCapacityUnits: read,
      WriteCapacityUnits: write,
      NumberOfDecreasesToday: (current.NumberOfDecreasesToday ?? 0) + (isDecrease ? 1 : 0),
    },
  };
}

/** The change is done. */
export const reached = ({ next, ...throughput }: Throughput): Throughput => ({ ...throughput, ...next });
