/** Documents that cost too much to read are refused before they are parsed; those as large as AWS takes them are read. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { type Door, doors, saidBy } from '../../../test/harness/listeners.ts';
import { startPlatform } from '../../../test/harness/platform.ts';
import { type Sending, send, sign } from '../../../test/harness/signed.ts';

const platform = await startPlatform();
after(() => platform[Symbol.asyncDispose]());

const said = async (door: Door, change: Partial<Sending>) => {
  const sending: Sending = doors[door];
  return saidBy(door, await send(platform, sign(platform, { ...sending, ...change })));
};

/** `{"a": […]}` in CBOR. */
const cborList = (count: number, item: Uint8Array) =>
  Buffer.concat([
    Buffer.of(0xa1, 0x61, 0x61, 0x9a, count >>> 24, (count >>> 16) & 255, (count >>> 8) & 255, count & 255),
    ...Array<Uint8Array>(count).fill(item),
  ]);

const tooLarge = 'Request size exceeded the limit.';

describe('Documents refuse', () => {
  it('more values than their service reads, in members that nobody knows', async () => {
    const objects = `{"a":[${'{},'.repeat(100_000)}{}]}`;
    const names = `{${Array.from({ length: 200_000 }, (_, at) => `"${at}":1`).join()}}`;
    for (const body of [objects, names]) {
      const answer = await said('aws-json-1.1', { body });
      assert.deepEqual(answer, [413, 'RequestEntityTooLargeException', tooLarge]);
    }
    assert.deepEqual(await said('rpc-v2-cbor', { body: cborList(250_000, Buffer.of(0xa0)) }), [
      413,
      'RequestEntityTooLargeException',
      tooLarge,
    ]);
    const bigNumbers = cborList(60_000, Buffer.concat([Buffer.of(0xc2, 0x58, 0x40), Buffer.alloc(64, 0xff)]));
    assert.deepEqual((await said('rpc-v2-cbor', { body: bigNumbers }))[0], 413);
    const form = `Action=ListUsers&Version=2010-05-08${'&a=1'.repeat(50_000)}`;
    assert.deepEqual(await said('query', { body: form }), [413, 'RequestEntityTooLarge', tooLarge]);
    const xml = `<Delete>${'<a/>'.repeat(300_000)}</Delete>`;
    assert.deepEqual(await said('rest-xml', { method: 'POST', target: '/a-bucket?delete', body: xml }), [
      400,
      'MaxMessageLengthExceeded',
      'Your request was too large.',
    ]);
  });

  it('numbers of CBOR that would take for ever', async () => {
    const unreadable = [400, 'SerializationException', 'Unable to parse the CBOR document'];
    const endless = Buffer.concat([Buffer.of(0xc2, 0x5a, 0, 0x10, 0, 0), Buffer.alloc(1024 * 1024, 0xff)]);
    const decimal = Buffer.of(0xc4, 0x82, 0x1a, 0x0f, 0xff, 0xff, 0xff, 0x01);
    for (const number of [endless, decimal])
      assert.deepEqual(await said('rpc-v2-cbor', { body: cborList(1, number) }), unreadable);
  });

  it('what is not packed, and what would fill the memory', async () => {
    const packed = { headers: { ...doors['aws-json-1.0'].headers, 'content-encoding': 'gzip' } };
    assert.deepEqual(await said('aws-json-1.0', { ...packed, body: '{}' }), [
      400,
      'SerializationException',
      'The compressed body cannot be read',
    ]);
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '));
    assert.deepEqual(await said('aws-json-1.0', { ...packed, body: bomb }), [
      413,
      'RequestEntityTooLargeException',
      tooLarge,
    ]);
  });

  it('hundreds of thousands of sentences about one of them', async () => {
    const items = `{"ResourceArn":"arn:aws:sagemaker:us-east-1:000000000000:model/m","Tags":[${'{},'.repeat(60_000)}{}]}`;
    const headers = { ...doors['aws-json-1.1'].headers, 'x-amz-target': 'SageMaker.AddTags' };
    const [status, code, message] = await said('aws-json-1.1', { headers, body: items });
    assert.deepEqual([status, code], [400, 'ValidationException']);
    assert.match(message, /^100[01] validation errors detected: /);
  });
});

describe('Documents do', () => {
  it('be packed, in every protocol of CloudWatch', async () => {
    for (const door of ['aws-json-1.0', 'rpc-v2-cbor', 'query'] as const) {
      const sending: Sending = doors[door];
      const body = gzipSync(sending.body ?? '');
      const headers = { ...sending.headers, 'content-encoding': 'gzip' };
      assert.equal((await send(platform, sign(platform, { ...sending, headers, body }))).status, 200, door);
    }
  });

  it('hold the most events and the most values that AWS takes', async () => {
    const logs = platform.client(CloudWatchLogsClient);
    const at = { logGroupName: 'g', logStreamName: 's' };
    await logs.send(new CreateLogGroupCommand(at));
    await logs.send(new CreateLogStreamCommand(at));
    // 10,000 events, 1,048,576 bytes with 26 for each of them, and every character escaped.
    const message = '\u0001'.repeat(78);
    const logEvents = Array<object>(10_000).fill({ timestamp: Date.now(), message }) as {
      timestamp: number;
      message: string;
    }[];
    const { rejectedLogEventsInfo } = await logs.send(new PutLogEventsCommand({ ...at, logEvents }));
    assert.equal(rejectedLogEventsInfo, undefined);
    const Values = Array.from({ length: 150 }, (_, index) => index);
    const MetricData = Array.from({ length: 1000 }, (_, index) => ({ MetricName: `m${index}`, Values }));
    await platform.client(CloudWatchClient).send(new PutMetricDataCommand({ Namespace: 'n', MetricData }));
  });
});
