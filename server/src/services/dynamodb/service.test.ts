import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { CloudWatchClient, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import {
  type AttributeValue,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteItemCommand,
  DeleteTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  ListTagsOfResourceCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TagResourceCommand,
  TransactGetItemsCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
  waitUntilTableNotExists,
} from '@aws-sdk/client-dynamodb';
import { IAMClient, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import { type OwnPlatform, startPlatform } from '../../../../test/harness/platform.ts';
import { makeUser } from '../../../../test/harness/user.ts';

let platform: OwnPlatform;
let client: DynamoDBClient;
/** By which the platform's clock is ahead. */
let aheadMs = 0;
const clock = { now: () => new Date(Date.now() + aheadMs) };
before(async () => {
  platform = await startPlatform({ clock });
  client = platform.client(DynamoDBClient);
});
after(() => platform[Symbol.asyncDispose]());
const waiting = () => ({ client, maxWaitTime: 30 });
/** A table with the hash key `id`, and what else is given. */
async function table(TableName: string, more: Partial<CreateTableCommandInput> = {}): Promise<string> {
  await client.send(
    new CreateTableCommand({
      TableName,
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
      ...more,
    }),
  );
  await waitUntilTableExists(waiting(), { TableName });
  return TableName;
}

const byModel: Partial<CreateTableCommandInput> = {
  AttributeDefinitions: [
    { AttributeName: 'id', AttributeType: 'S' },
    { AttributeName: 'model', AttributeType: 'S' },
    { AttributeName: 'at', AttributeType: 'N' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'byModel',
      KeySchema: [
        { AttributeName: 'model', KeyType: 'HASH' },
        { AttributeName: 'at', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ],
};

const put = (TableName: string, Item: Record<string, AttributeValue>) =>
  client.send(new PutItemCommand({ TableName, Item }));
const get = async (TableName: string, id: string) =>
  (await client.send(new GetItemCommand({ TableName, Key: { id: { S: id } } }))).Item;
const modelIds = async (TableName: string, model: string) =>
  (
    await client.send(
      new QueryCommand({
        TableName,
        IndexName: 'byModel',
        KeyConditionExpression: 'model = :m',
        ExpressionAttributeValues: { ':m': { S: model } },
      }),
    )
  ).Items?.map(({ id }) => id?.S);

describe('tables do', () => {
  it('are listed, described and gone after their deletion', async () => {
    const TableName = await table('comes-and-goes');
    const { Table: described } = await client.send(new DescribeTableCommand({ TableName }));
    assert.equal(described?.TableStatus, 'ACTIVE');
    assert.equal(described?.TableArn, `arn:aws:dynamodb:us-east-1:${platform.account}:table/comes-and-goes`);
    const { TableNames: names } = await client.send(new ListTablesCommand({}));
    assert.ok(names?.includes(TableName));
    await put(TableName, { id: { S: 'a' } });
    await client.send(new DeleteTableCommand({ TableName }));
    await waitUntilTableNotExists(waiting(), { TableName });
    await table(TableName);
    assert.equal(await get(TableName, 'a'), undefined, 'a table of the same name has nothing of the old one');
  });

  it('get an index that is filled with what is there, and lose it', async () => {
    const TableName = await table('later-index');
    for (const id of ['a', 'b']) await put(TableName, { id: { S: id }, model: { S: 'm' }, at: { N: '1' } });
    const index = byModel.GlobalSecondaryIndexes?.[0];
    await client.send(
      new UpdateTableCommand({
        TableName,
        AttributeDefinitions: byModel.AttributeDefinitions,
        GlobalSecondaryIndexUpdates: [{ Create: index as never }],
      }),
    );
    await indexSettled(TableName);
    assert.deepEqual((await modelIds(TableName, 'm'))?.sort(), ['a', 'b']);
    await client.send(
      new UpdateTableCommand({ TableName, GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'byModel' } }] }),
    );
    await indexSettled(TableName);
    await assert.rejects(modelIds(TableName, 'm'), {
      name: 'ValidationException',
      message: 'The table does not have the specified index: byModel',
    });
  });

  it('have tags, which policies see', async () => {
    const TableName = await table('tagged', { Tags: [{ Key: 'team', Value: 'ml' }] });
    const ResourceArn = `arn:aws:dynamodb:us-east-1:${platform.account}:table/${TableName}`;
    await client.send(new TagResourceCommand({ ResourceArn, Tags: [{ Key: 'stage', Value: 'test' }] }));
    const { Tags: tags } = await client.send(new ListTagsOfResourceCommand({ ResourceArn }));
    assert.deepEqual(tags?.map(({ Key: key }) => key).sort(), ['stage', 'team']);
  });

  it('remove items whose time is over', async () => {
    const TableName = await table('timed');
    const seconds = Math.floor(clock.now().getTime() / 1000);
    await put(TableName, { id: { S: 'soon' }, ends: { N: String(seconds + 60) } });
    await client.send(
      new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification: { AttributeName: 'ends', Enabled: true } }),
    );
    await indexSettled(TableName);
    await put(TableName, { id: { S: 'later' }, ends: { N: String(seconds + 600) } });
    const described = await client.send(new DescribeTimeToLiveCommand({ TableName }));
    assert.deepEqual(described.TimeToLiveDescription, { TimeToLiveStatus: 'ENABLED', AttributeName: 'ends' });
    aheadMs = 120_000;
    // The caretaker looks as soon as it starts.
    await platform.restart();
    while ((await get(TableName, 'soon')) !== undefined);
    assert.ok(await get(TableName, 'later'));
  });

  it('have metrics', async () => {
    const TableName = await table('measured', byModel);
    await put(TableName, { id: { S: 'a' }, model: { S: 'm' }, at: { N: '1' } });
    await get(TableName, 'a');
    await modelIds(TableName, 'm');
    const cloudwatch = platform.client(CloudWatchClient);
    const wanted = [
      'ConsumedReadCapacityUnits',
      'ConsumedWriteCapacityUnits',
      'ReturnedItemCount',
      'SuccessfulRequestLatency',
    ];
    for (;;) {
      const { Metrics: found } = await cloudwatch.send(
        new ListMetricsCommand({ Namespace: 'AWS/DynamoDB', Dimensions: [{ Name: 'TableName', Value: TableName }] }),
      );
      const names = new Set(found?.map(({ MetricName: name }) => name));
      if (wanted.every((name) => names.has(name))) return;
    }
  });

  it('say that backups are disabled', async () => {
    const TableName = await table('no-backups');
    const { ContinuousBackupsDescription: described } = await client.send(
      new DescribeContinuousBackupsCommand({ TableName }),
    );
    assert.equal(described?.ContinuousBackupsStatus, 'DISABLED');
  });
});

async function indexSettled(TableName: string): Promise<void> {
  for (;;) {
    const { Table: described } = await client.send(new DescribeTableCommand({ TableName }));
    if (described?.TableStatus === 'ACTIVE') return;
  }
}

describe('items do', () => {
  it('come back as they were written', async () => {
    const TableName = await table('values');
    const item: Record<string, AttributeValue> = {
      id: { S: 'a' },
      n: { N: '123456789012345678901234567890.12345678' },
      b: { B: new Uint8Array([0, 255]) },
      bs: { BS: [new Uint8Array([1]), new Uint8Array([2])] },
      l: { L: [{ NULL: true }, { BOOL: false }, { M: { x: { B: new Uint8Array([9]) } } }] },
      constructor: { S: 'a name that every object has' },
      text: { S: 'U+0000 \0 and 😀' },
    };
    await put(TableName, item);
    assert.deepEqual(await get(TableName, 'a'), item);
  });

  it('are counted by many writers without a loss', async () => {
    const TableName = await table('counter', byModel);
    const count = () =>
      client.send(
        new UpdateItemCommand({
          TableName,
          Key: { id: { S: 'a' } },
          UpdateExpression: 'ADD n :one SET model = :m, #at = if_not_exists(#at, :one) + :one',
          ExpressionAttributeNames: { '#at': 'at' },
          ExpressionAttributeValues: { ':one': { N: '1' }, ':m': { S: 'm' } },
        }),
      );
    await Promise.all(Array.from({ length: 50 }, count));
    assert.deepEqual((await get(TableName, 'a'))?.n, { N: '50' });
    assert.deepEqual(await modelIds(TableName, 'm'), ['a'], 'the index has one entry');
  });

  it('are answered in pages of a megabyte', async () => {
    const TableName = await table('pages');
    const text = 'x'.repeat(300_000);
    for (const id of ['a', 'b', 'c', 'd', 'e']) await put(TableName, { id: { S: id }, text: { S: text } });
    const seen: (string | undefined)[] = [];
    let start: Record<string, AttributeValue> | undefined;
    let pages = 0;
    do {
      const page = await client.send(new ScanCommand({ TableName, ExclusiveStartKey: start }));
      seen.push(...(page.Items ?? []).map(({ id }) => id?.S));
      start = page.LastEvaluatedKey;
      pages++;
    } while (start);
    assert.deepEqual(seen.sort(), ['a', 'b', 'c', 'd', 'e']);
    assert.ok(pages > 1);
  });

  it('show what was there where a condition is not met', async () => {
    const TableName = await table('conditions');
    await put(TableName, { id: { S: 'a' }, v: { N: '1' } });
    const failing = client.send(
      new DeleteItemCommand({
        TableName,
        Key: { id: { S: 'a' } },
        ConditionExpression: 'v = :v',
        ExpressionAttributeValues: { ':v': { N: '2' } },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
    await assert.rejects(failing, (error: { name: string; message: string; Item?: object }) => {
      assert.equal(error.name, 'ConditionalCheckFailedException');
      assert.equal(error.message, 'The conditional request failed');
      assert.deepEqual(error.Item, { id: { S: 'a' }, v: { N: '1' } });
      return true;
    });
  });

  it('are written and read in batches', async () => {
    const TableName = await table('batches');
    const requests = Array.from({ length: 25 }, (_, n) => ({ PutRequest: { Item: { id: { S: `${n}` } } } }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: requests } }));
    const Keys = requests.map(({ PutRequest: { Item } }) => Item);
    const { Responses: found } = await client.send(
      new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: [...Keys, { id: { S: 'none' } }] } } }),
    );
    assert.equal(found?.[TableName]?.length, 25);
  });
});

describe('transactions do', () => {
  const write = (TableName: string, amount: string, token?: string) =>
    client.send(
      new TransactWriteItemsCommand({
        ClientRequestToken: token,
        TransactItems: [
          {
            Update: {
              TableName,
              Key: { id: { S: 'from' } },
              UpdateExpression: 'SET n = n - :n',
              ConditionExpression: 'n >= :n',
              ExpressionAttributeValues: { ':n': { N: amount } },
            },
          },
          {
            Update: {
              TableName,
              Key: { id: { S: 'to' } },
              UpdateExpression: 'ADD n :n',
              ExpressionAttributeValues: { ':n': { N: amount } },
            },
          },
        ],
      }),
    );

  it('do all or nothing, and once for one token', async () => {
    const TableName = await table('accounts');
    await put(TableName, { id: { S: 'from' }, n: { N: '10' } });
    await write(TableName, '4', 'token-1');
    await write(TableName, '4', 'token-1');
    await assert.rejects(write(TableName, '5', 'token-1'), { name: 'IdempotentParameterMismatchException' });
    await assert.rejects(
      write(TableName, '7'),
      (error: { name: string; message: string; CancellationReasons?: { Code?: string }[] }) => {
        assert.equal(error.name, 'TransactionCanceledException');
        assert.equal(
          error.message,
          'Transaction cancelled, please refer cancellation reasons for specific reasons [ConditionalCheckFailed, None]',
        );
        assert.deepEqual(
          error.CancellationReasons?.map(({ Code: code }) => code),
          ['ConditionalCheckFailed', 'None'],
        );
        return true;
      },
    );
    const { Responses: read } = await client.send(
      new TransactGetItemsCommand({
        TransactItems: ['from', 'to', 'none'].map((id) => ({ Get: { TableName, Key: { id: { S: id } } } })),
      }),
    );
    assert.deepEqual(
      read?.map(({ Item: item }) => item?.n?.N),
      ['6', '4', undefined],
    );
  });
});

describe('DynamoDB refuses', () => {
  it('names that are taken, and tables that are not there', async () => {
    const TableName = await table('taken');
    await assert.rejects(table(TableName), {
      name: 'ResourceInUseException',
      message: 'Table already exists: taken',
    });
    await assert.rejects(get('not-there', 'a'), {
      name: 'ResourceNotFoundException',
      message: 'Requested resource not found',
    });
  });

  it('what is not built, by name', async () => {
    await assert.rejects(
      table('with-stream', { StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' } }),
      {
        name: 'ValidationException',
        message: 'One or more parameter values were invalid: StreamSpecification is not supported',
      },
    );
  });

  it('items that are too large or too deep', async () => {
    const TableName = await table('limits');
    await assert.rejects(put(TableName, { id: { S: 'a' }, text: { S: 'x'.repeat(409_600) } }), {
      message: 'Item size has exceeded the maximum allowed size',
    });
    const nested = (levels: number): AttributeValue => (levels === 0 ? { S: 'x' } : { L: [nested(levels - 1)] });
    await put(TableName, { id: { S: 'a' }, deep: nested(31) });
    await assert.rejects(put(TableName, { id: { S: 'a' }, deep: nested(32) }), {
      message:
        'Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit',
    });
  });

  it('hash keys and attributes that a policy does not allow', async () => {
    const TableName = await table('owned');
    await put(TableName, { id: { S: 'mine' }, shown: { S: 'x' }, secret: { S: 'y' } });
    const user = await makeUser(platform, 'reader');
    const policy = {
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Action: 'dynamodb:GetItem',
        Resource: `arn:aws:dynamodb:us-east-1:${platform.account}:table/${TableName}`,
        Condition: {
          'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['mine'], 'dynamodb:Attributes': ['id', 'shown'] },
        },
      },
    };
    await platform
      .client(IAMClient)
      .send(new PutUserPolicyCommand({ UserName: 'reader', PolicyName: 'p', PolicyDocument: JSON.stringify(policy) }));
    const reader = platform.client(DynamoDBClient, { credentials: user.credentials });
    const read = (id: string, ProjectionExpression: string) =>
      reader.send(new GetItemCommand({ TableName, Key: { id: { S: id } }, ProjectionExpression }));
    assert.deepEqual((await read('mine', 'shown')).Item, { shown: { S: 'x' } });
    await assert.rejects(read('other', 'shown'), { name: 'AccessDeniedException' });
    await assert.rejects(read('mine', 'secret'), { name: 'AccessDeniedException' });
  });
});
