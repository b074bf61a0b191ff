/** Integers with fractions, or too large for their type, are refused by whoever reads them, in the words of each protocol. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { cbor } from '@smithy/core/cbor';
import { type Door, doors, saidBy } from '../../../test/harness/listeners.ts';
import { startPlatform } from '../../../test/harness/platform.ts';
import { type Sending, send, sign } from '../../../test/harness/signed.ts';

const platform = await startPlatform();
after(() => platform[Symbol.asyncDispose]());

const said = async (door: Door, change: Partial<Sending>) => {
  const sending: Sending = doors[door];
  return saidBy(door, await send(platform, sign(platform, { ...sending, ...change })));
};
const json = (target: string, service: string, value: unknown) =>
  said('aws-json-1.1', {
    service,
    headers: { ...doors['aws-json-1.1'].headers, 'x-amz-target': target },
    body: JSON.stringify(value),
  });
const refused = (type: string) => [400, 'SerializationException', `NUMBER_VALUE can not be converted to ${type}`];

describe('Whole numbers refuse', () => {
  it('fractions and what their type cannot hold, in JSON', async () => {
    for (const MaxResults of [1.5, 2 ** 31, -(2 ** 40), 1e300]) {
      assert.deepEqual(await json('SageMaker.ListTrainingJobs', 'sagemaker', { MaxResults }), refused('an Integer'));
      assert.deepEqual(
        await json('Logs_20140328.DescribeLogGroups', 'logs', { limit: MaxResults }),
        refused('an Integer'),
      );
    }
    const at = { logGroupName: 'g', logStreamName: 's' };
    const logEvents = [{ timestamp: 1.5, message: 'm' }];
    assert.deepEqual(await json('Logs_20140328.PutLogEvents', 'logs', { ...at, logEvents }), refused('a Long'));
  });

  it('them in CBOR', async () => {
    const target = '/service/GraniteServiceVersion20100801/operation/PutMetricData';
    const MetricData = [{ MetricName: 'm', Value: 1, StorageResolution: 1.5 }];
    const body = cbor.serialize({ Namespace: 'n', MetricData });
    assert.deepEqual(await said('rpc-v2-cbor', { target, body }), refused('an Integer'));
  });

  it('them in forms', async () => {
    for (const number of ['1.5', '1e1', '4294967296', 'NaN']) {
      const body = `Action=ListUsers&Version=2010-05-08&MaxItems=${number}`;
      assert.deepEqual(await said('query', { body }), [400, 'MalformedInput', `Invalid integer: ${number}`]);
    }
  });

  it('them in S3’s query and documents', async () => {
    const [, code, message] = await said('rest-xml', { target: '/a-bucket?list-type=2&max-keys=1.5' });
    assert.deepEqual([code, message], ['InvalidArgument', 'Provided max-keys not an integer or within integer range']);
    const rule = '<Rule><Status>Enabled</Status><Filter/><Expiration><Days>1.5</Days></Expiration></Rule>';
    const body = `<LifecycleConfiguration>${rule}</LifecycleConfiguration>`;
    assert.equal((await said('rest-xml', { method: 'PUT', target: '/a-bucket?lifecycle', body }))[1], 'MalformedXML');
  });
});

describe('Whole numbers do', () => {
  it('let numbers with fractions through where AWS has such', async () => {
    const body = cbor.serialize({ Namespace: 'n', MetricData: [{ MetricName: 'm', Values: [1.5], Counts: [2] }] });
    const target = '/service/GraniteServiceVersion20100801/operation/PutMetricData';
    const sending: Sending = doors['rpc-v2-cbor'];
    assert.equal((await send(platform, sign(platform, { ...sending, target, body }))).status, 200);
  });
});
