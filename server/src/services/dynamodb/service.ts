/**
 * DynamoDB: the table of its operations.
 *
 * Gaps
 * - Streams, PartiQL, backups, point-in-time recovery, import, export, global tables, Kinesis destinations, contributor insights and resource policies answer
 *   501; members of requests that ask for them (StreamSpecification, SSESpecification with a key …) are refused by name.
 * - Provisioned throughput is kept and returned; nothing is throttled.
 *
 * Differs from AWS by design
 * - Every read is consistent.
 * - DescribeTable of a table that is being created or deleted answers when that is done, so that clients' waiters need not wait 20 seconds.
 * - Item collections have no limit of 10 GB.
 *
 * Client quirks
 * - boto3 checks the CRC-32 of every answer.
 * - Waiters of the SDKs look once and then again after 20 seconds.
 */
import type { Call } from '../../contract/call.ts';
import type { BoundOperation } from '../../contract/operation.ts';
import { defineService, type Service } from '../../contract/service.ts';
import { batchGetItem } from './batches/batch-get-item.ts';
import { batchWriteItem } from './batches/batch-write-item.ts';
import type { DynamoDbDeps, DynamoDbResources } from './deps.ts';
import { deleteItem } from './items/delete-item.ts';
import { getItem } from './items/get-item.ts';
import { createItemCache } from './items/item-cache.ts';
import { putItem } from './items/put-item.ts';
import { createTurns } from './items/turns.ts';
import { updateItem } from './items/update-item.ts';
import { startTableMetrics } from './metrics.ts';
import { query } from './queries/query.ts';
import { scan } from './queries/scan.ts';
import { createTable } from './tables/create-table.ts';
import { deleteTable } from './tables/delete-table.ts';
import { describeContinuousBackups } from './tables/describe-continuous-backups.ts';
import { describeEndpoints } from './tables/describe-endpoints.ts';
import { describeLimits } from './tables/describe-limits.ts';
import { describeTable } from './tables/describe-table.ts';
import { listTables } from './tables/list-tables.ts';
import { createTableCache } from './tables/table-cache.ts';
import { startTableReconciler } from './tables/table-reconciler.ts';
import { updateTable } from './tables/update-table.ts';
import { listTagsOfResource } from './tagging/list-tags-of-resource.ts';
import { tagResource } from './tagging/tag-resource.ts';
import { untagResource } from './tagging/untag-resource.ts';
import { transactGetItems } from './transactions/transact-get-items.ts';
import { transactWriteItems } from './transactions/transact-write-items.ts';
import { startCaretaker } from './ttl/caretaker.ts';
import { describeTimeToLive } from './ttl/describe-time-to-live.ts';
import { updateTimeToLive } from './ttl/update-time-to-live.ts';
import { checkInput } from './validate-input.ts';

export function dynamoDbService(resources: DynamoDbResources): {
  service: Service;
  /** Stops the reconcilers, writes what is still in memory. */
  stop(): Promise<void>;
} {
  const metrics = startTableMetrics(resources);
  const shared = {
    ...resources,
    metrics,
    tables: createTableCache(resources.database),
    items: createItemCache({ isShared: resources.database.dialect === 'postgres' }),
    turns: createTurns(),
  };
  resources.changes.onChange('dynamodb-tables', shared.tables.forgetAll);
  const reconciler = startTableReconciler(shared);
  const deps: DynamoDbDeps = { ...shared, wake: reconciler.wake, settled: reconciler.settled };
  const caretaker = startCaretaker(deps);
  const service = defineService('dynamodb', deps, {
    BatchGetItem: batchGetItem,
    BatchWriteItem: batchWriteItem,
    CreateTable: createTable,
    DeleteItem: deleteItem,
    DeleteTable: deleteTable,
    DescribeContinuousBackups: describeContinuousBackups,
    DescribeEndpoints: describeEndpoints,
    DescribeLimits: describeLimits,
    DescribeTable: describeTable,
    DescribeTimeToLive: describeTimeToLive,
    GetItem: getItem,
    ListTables: listTables,
    ListTagsOfResource: listTagsOfResource,
    PutItem: putItem,
    Query: query,
    Scan: scan,
    TagResource: tagResource,
    TransactGetItems: transactGetItems,
    TransactWriteItems: transactWriteItems,
    UntagResource: untagResource,
    UpdateItem: updateItem,
    UpdateTable: updateTable,
    UpdateTimeToLive: updateTimeToLive,
  });
  const operations = new Map(
    [...service.operations].map(([name, operation]) => [name, observed(name, operation, deps)]),
  );
  return {
    service: { ...service, operations },
    async stop() {
      await Promise.all([reconciler.stop(), caretaker.stop()]);
      await metrics.stop();
    },
  };
}

/** Checks the input, and counts. Synchronous where the operation is. */
function observed(name: string, operation: BoundOperation, { metrics }: DynamoDbDeps): BoundOperation {
  const handle = (input: unknown, call: Call): Promise<unknown> | unknown => {
    const started = performance.now();
    const table = (input as { TableName?: string }).TableName;
    const ended = (error?: unknown) =>
      metrics.call(call, table, name, performance.now() - started, error === undefined ? undefined : codeOf(error));
    try {
      const checked = checkInput(name, input as object, call);
      const output =
        checked instanceof Promise
          ? checked.then((ready) => operation.handle(ready, call))
          : operation.handle(checked, call);
      if (!(output instanceof Promise)) {
        ended();
        return output;
      }
      return output.then(
        (value) => {
          ended();
          return value;
        },
        (error) => {
          ended(error);
          throw error;
        },
      );
    } catch (error) {
      ended(error);
      throw error;
    }
  };
  return { ...operation, handle };
}

const codeOf = (error: unknown): string => (error as { code?: string }).code ?? 'InternalFailure';
