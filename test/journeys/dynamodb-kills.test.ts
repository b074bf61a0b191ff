/** Writes while the server is killed: what was acknowledged is there, and every index holds what the items say and nothing else. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteItemCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  paginateScan,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  UpdateTableCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { type PlatformProcess, startPlatformProcess } from '../harness/platform.ts';

const TableName = 'journal';
let platform: PlatformProcess;
let client: DynamoDBClient;

before(async () => {
  platform = await startPlatformProcess();
  client = platform.client(DynamoDBClient);
  await client.send(
    new CreateTableCommand({
      TableName,
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [
        { AttributeName: 'id', AttributeType: 'S' },
        { AttributeName: 'owner', AttributeType: 'S' },
        { AttributeName: 'at', AttributeType: 'N' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
      GlobalSecondaryIndexes: [index('byOwner')],
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 30 }, { TableName });
});
after(() => platform[Symbol.asyncDispose]());

const index = (IndexName: string) => ({
  IndexName,
  KeySchema: [
    { AttributeName: 'owner', KeyType: 'HASH' as const },
    { AttributeName: 'at', KeyType: 'RANGE' as const },
  ],
  Projection: { ProjectionType: 'ALL' as const },
});

async function all(IndexName?: string): Promise<string[]> {
  const found: string[] = [];
  for await (const page of paginateScan({ client }, { TableName, IndexName }))
    found.push(...(page.Items ?? []).map((item) => JSON.stringify(Object.entries(item).sort())));
  return found.sort();
}

const move = (id: number, at: number) =>
  client.send(
    new UpdateItemCommand({
      TableName,
      Key: { id: { S: `${id}` } },
      UpdateExpression: 'SET #owner = :owner, #at = :at',
      ExpressionAttributeNames: { '#owner': 'owner', '#at': 'at' },
      ExpressionAttributeValues: { ':owner': { S: `owner ${at % 3}` }, ':at': { N: `${at}` } },
    }),
  );

const pair = (left: number, right: number, at: number) =>
  client.send(
    new TransactWriteItemsCommand({
      TransactItems: [left, right].map((id) => ({
        Put: { TableName, Item: { id: { S: `pair ${id}` }, owner: { S: 'pairs' }, at: { N: `${at}` } } },
      })),
    }),
  );

describe('tables survive', () => {
  it('kill -9 between writes: indexes match, acknowledged items are there', async () => {
    const acknowledged = new Map<number, number>();
    for (let round = 0; round < 4; round++) {
      const writers = Array.from({ length: 8 }, async (_, id) => {
        for (let at = round * 1000; ; at++) {
          await move(id, at);
          acknowledged.set(id, at);
          await pair(2 * id, 2 * id + 1, at);
          if (at % 7 === 6) await client.send(new DeleteItemCommand({ TableName, Key: { id: { S: `gone ${id}` } } }));
        }
      });
      const ended = Promise.allSettled(writers);
      while ([...acknowledged.values()].filter((at) => at >= round * 1000).length < 8) await move(99, round);
      await platform.kill9();
      await ended;
      await platform.restart();
      for (const [id, at] of acknowledged) {
        const { Item: item } = await client.send(new GetItemCommand({ TableName, Key: { id: { S: `${id}` } } }));
        assert.ok(Number(item?.at?.N) >= at, `item ${id} has what was acknowledged`);
      }
      assert.deepEqual(await all('byOwner'), await all(), 'the index is the table');
      for (let id = 0; id < 8; id++) {
        const halves = await Promise.all(
          [2 * id, 2 * id + 1].map(async (half) => {
            const key = { id: { S: `pair ${half}` } };
            return (await client.send(new GetItemCommand({ TableName, Key: key }))).Item?.at?.N;
          }),
        );
        assert.equal(halves[0], halves[1], 'a transaction is whole');
      }
    }
  });

  it('kill -9 while an index is filled', async () => {
    for (let batch = 0; batch < 40; batch++)
      await client.send(
        new BatchWriteItemCommand({
          RequestItems: {
            [TableName]: Array.from({ length: 25 }, (_, n) => ({
              PutRequest: { Item: { id: { S: `bulk ${batch}/${n}` }, owner: { S: 'bulk' }, at: { N: `${n}` } } },
            })),
          },
        }),
      );
    await client.send(new UpdateTableCommand({ TableName, GlobalSecondaryIndexUpdates: [{ Create: index('later') }] }));
    await platform.kill9();
    await platform.restart();
    for (;;) {
      const { Table: table } = await client.send(new DescribeTableCommand({ TableName }));
      if (table?.TableStatus === 'ACTIVE') break;
    }
    assert.deepEqual(await all('later'), await all());
  });
});
