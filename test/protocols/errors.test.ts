/** Errors as AWS's clients read them, and as they stand in the bytes. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cbor } from '@smithy/core/cbor';
import { AwsError } from '../../server/src/contract/aws-error.ts';
import { catalog, type ProtocolName, type ServiceName } from '../../server/src/models/catalog.ts';
import { loadServiceModel } from '../../server/src/models/service-model.ts';
import { structureOf } from '../../server/src/models/shape.ts';
import { errorStatus } from '../../server/src/wire/answers.ts';
import { protocols } from '../../server/src/wire/protocols.ts';
import { sampleStructure } from './sample.ts';
import { openWire } from './sdk.ts';
import { number, syntheticModel, text } from './synthetic.ts';

/** An operation of each service with little input, to hang errors on. */
const anyOperation: Record<ServiceName, [string, object]> = {
  cloudtrail: ['LookupEvents', {}],
  cloudwatch: ['DeleteAlarms', { AlarmNames: ['a'] }],
  'cloudwatch-logs': ['DescribeLogGroups', {}],
  dynamodb: ['DescribeTable', { TableName: 'abc' }],
  iam: ['GetRole', { RoleName: 'a' }],
  lambda: ['GetFunction', { FunctionName: 'a' }],
  s3: ['GetObject', { Bucket: 'b', Key: 'k' }],
  sagemaker: ['DescribeTrainingJob', { TrainingJobName: 'a' }],
  'sagemaker-runtime': ['InvokeEndpoint', { EndpointName: 'e', Body: 'b' }],
  sts: ['GetCallerIdentity', {}],
};

async function answered(
  service: ServiceName,
  protocol: ProtocolName,
  error: AwsError,
): Promise<Record<string, unknown>> {
  const wire = await openWire(service, protocol);
  wire.answer = error;
  const [operation, input] = anyOperation[service];
  return wire.client.send(wire.command(operation, input)).then(
    () => assert.fail('the client saw no error'),
    (thrown) => thrown,
  );
}

for (const service of Object.keys(catalog) as ServiceName[]) {
  for (const protocol of catalog[service].protocols) {
    const model = await loadServiceModel(service);
    describe(`errors of ${service} in ${protocol} does`, () => {
      for (const error of new Set(model.errors.values())) {
        it(error.name, async () => {
          const rules = { without: new Set(['Message', 'message']), values: {}, leaveEmptyOut: true };
          const fields = sampleStructure(structureOf(error.schema), rules);
          const seen = await answered(service, protocol, new AwsError(error.name, 'Something <is> wrong', { fields }));
          assert.equal(seen.message, 'Something <is> wrong');
          assert.equal((seen.$metadata as { httpStatusCode: number }).httpStatusCode, error.status);
          assert.equal((seen.$metadata as { requestId: string }).requestId, 'request-1');
          // Where errors share a code on the wire, the client takes either name.
          const names = [...model.errors.values()].filter(({ code }) => code === error.code).map(({ name }) => name);
          assert.ok([...names, error.code].includes(String(seen.name)), String(seen.name));
          if (seen.name === error.name)
            for (const [name, value] of Object.entries(fields)) assert.deepEqual(seen[name], value);
        });
      }
      it('an error that is not modelled', async () => {
        const seen = await answered(service, protocol, new AwsError('StrangeThing', 'No.', { status: 418 }));
        assert.equal(seen.name, 'StrangeThing');
        assert.equal(seen.message, 'No.');
        assert.equal((seen.$metadata as { httpStatusCode: number }).httpStatusCode, 418);
      });
    });
  }
}

describe('bytes of errors does', () => {
  const errors = [
    {
      name: 'NotThere',
      traits: { error: 'client', httpError: 404, awsQueryError: ['Example.Missing', 404] },
      members: { Message: text, Thing: text, Count: number },
    },
  ];
  const error = new AwsError('NotThere', 'No <such> thing', {
    fields: { Thing: 'a&b', Count: 2 },
    headers: { 'x-more': '1' },
  });
  const serialize = (protocol: ProtocolName, known = true) => {
    const model = syntheticModel(protocol, {}, errors);
    const status = errorStatus(model, error);
    assert.equal(status, 404);
    const context = { requestId: 'id', method: 'GET' };
    return protocols[protocol].serializeError(known ? model : undefined, error, status, context);
  };

  it('aws-json-1.1', () => {
    const { headers, body } = serialize('aws-json-1.1');
    assert.deepEqual(JSON.parse(String(body)), {
      __type: 'NotThere',
      Message: 'No <such> thing',
      Thing: 'a&b',
      Count: 2,
    });
    assert.deepEqual(headers, {
      'content-type': 'application/x-amz-json-1.1',
      'x-amzn-RequestId': 'id',
      'x-more': '1',
    });
  });
  it('aws-json-1.0 of a service unknown', () => {
    const { headers, body } = serialize('aws-json-1.0', false);
    assert.deepEqual(JSON.parse(String(body)), {
      __type: 'NotThere',
      message: 'No <such> thing',
      Thing: 'a&b',
      Count: 2,
    });
    assert.equal(headers['content-type'], 'application/x-amz-json-1.0');
  });
  it('rest-json', () => {
    const { headers, body } = serialize('rest-json');
    assert.deepEqual(JSON.parse(String(body)), { Message: 'No <such> thing', Thing: 'a&b', Count: 2 });
    assert.equal(headers['x-amzn-ErrorType'], 'NotThere');
  });
  it('query', () => {
    const inside =
      '<Type>Sender</Type><Code>Example.Missing</Code><Message>No &lt;such&gt; thing</Message><Thing>a&amp;b</Thing><Count>2</Count>';
    const { headers, body } = serialize('query');
    assert.equal(
      body,
      `<ErrorResponse xmlns="https://example.com/"><Error>${inside}</Error><RequestId>id</RequestId></ErrorResponse>`,
    );
    assert.equal(headers['content-type'], 'text/xml');
  });
  it('rpc-v2-cbor', () => {
    const { headers, body } = serialize('rpc-v2-cbor');
    const seen = cbor.deserialize(body as Uint8Array);
    assert.deepEqual(seen, { __type: 'NotThere', Message: 'No <such> thing', Thing: 'a&b', Count: 2 });
    assert.equal(headers['smithy-protocol'], 'rpc-v2-cbor');
  });
  it('the code that a service once had in query goes along in JSON', async () => {
    const model = await loadServiceModel('cloudwatch');
    const missing = new AwsError('DashboardNotFoundError', 'x');
    const { headers } = protocols['aws-json-1.0'].serializeError(model, missing, 404, { requestId: 'id' });
    assert.equal(headers['x-amzn-query-error'], 'ResourceNotFound;Sender');
  });

  const s3Error = new AwsError('NoSuchKey', 'The specified key does not exist.', { fields: { Key: 'a<b' } });
  it('s3', async () => {
    const model = await loadServiceModel('s3');
    const context = { requestId: 'id', method: 'GET' };
    const { headers, body } = protocols['rest-xml'].serializeError(model, s3Error, 404, context);
    assert.equal(
      body,
      '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message><Key>a&lt;b</Key><RequestId>id</RequestId><HostId>aWQ=</HostId></Error>',
    );
    assert.equal(headers['content-type'], 'application/xml');
    assert.equal(headers['x-amz-request-id'], 'id');
  });
  it('s3 without a body for HEAD and for 304', async () => {
    const model = await loadServiceModel('s3');
    const toHead = protocols['rest-xml'].serializeError(model, s3Error, 404, { requestId: 'id', method: 'HEAD' });
    const unchanged = new AwsError('NotModified', 'Not Modified', { status: 304 });
    const toGet = protocols['rest-xml'].serializeError(model, unchanged, 304, { requestId: 'id', method: 'GET' });
    assert.deepEqual([toHead.body, toGet.body], [undefined, undefined]);
  });
});
