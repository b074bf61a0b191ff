/** Foreign clients of DynamoDB: boto3's resources, pynamodb, and the DocumentClient of the JavaScript SDK. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import {
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  paginateQuery,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import { type Client, startClient } from './client.ts';

let client: Client;
before(async () => {
  client = await startClient('DYNAMODB');
});
after(() => client[Symbol.asyncDispose]());

describe('clients of DynamoDB do', () => {
  it('what boto3 and pynamodb offer', async () => {
    const program = fileURLToPath(new URL('./dynamodb.py', import.meta.url));
    const seen = JSON.parse(await client.run(program));
    assert.deepEqual(seen, {
      queried: ['request-12', 'request-11', 'request-10'],
      slow: 3,
      updated: ['13.625', ['a', 'b']],
      refused: 'ConditionalCheckFailedException',
      pynamodb: [39, 'APPROVED', 10],
    });
  });

  it('what the DocumentClient offers', async () => {
    const plain = client.platform.client(DynamoDBClient);
    const documents = DynamoDBDocumentClient.from(plain);
    const TableName = 'metrics';
    await plain.send(
      new CreateTableCommand({
        TableName,
        KeySchema: [
          { AttributeName: 'job', KeyType: 'HASH' },
          { AttributeName: 'epoch', KeyType: 'RANGE' },
        ],
        AttributeDefinitions: [
          { AttributeName: 'job', AttributeType: 'S' },
          { AttributeName: 'epoch', AttributeType: 'N' },
        ],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    );
    await waitUntilTableExists({ client: plain, maxWaitTime: 30 }, { TableName });
    for (let epoch = 0; epoch < 12; epoch++)
      await documents.send(new PutCommand({ TableName, Item: { job: 'j', epoch, loss: 1 / 2 ** epoch, tags: ['a'] } }));
    const epochs: number[] = [];
    for await (const page of paginateQuery(
      { client: documents, pageSize: 5 },
      {
        TableName,
        KeyConditionExpression: 'job = :j AND epoch >= :from',
        ExpressionAttributeValues: { ':j': 'j', ':from': 2 },
      },
    ))
      epochs.push(...(page.Items ?? []).map(({ epoch }) => epoch));
    assert.deepEqual(epochs, [2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    await documents.send(
      new TransactWriteCommand({
        TransactItems: [{ Delete: { TableName, Key: { job: 'j', epoch: 0 } } }],
      }),
    );
    const read = async (epoch: number) =>
      (await documents.send(new GetCommand({ TableName, Key: { job: 'j', epoch } }))).Item;
    assert.equal(await read(0), undefined);
    assert.deepEqual(await read(1), { job: 'j', epoch: 1, loss: 0.5, tags: ['a'] });
  });
});
