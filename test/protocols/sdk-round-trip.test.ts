/**
 * Every operation of every service, spoken by AWS's own client: what it serializes we parse to the same input, what we serialize it parses to the same output.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { catalog, type ProtocolName, type ServiceName } from '../../server/src/models/catalog.ts';
import { loadServiceModel, type OperationModel } from '../../server/src/models/service-model.ts';
import { structureOf } from '../../server/src/models/shape.ts';
import { plain } from './plain.ts';
import { isEventStream, type SampleRules, sampleStructure } from './sample.ts';
import { openWire } from './sdk.ts';

/** What the S3 client computes, forbids or rewrites itself. */
const s3Without = [
  'ChecksumAlgorithm',
  'ChecksumMode',
  'ContentMD5',
  'ContentLength',
  'SSECustomerKey',
  'SSECustomerKeyMD5',
  'SSECustomerAlgorithm',
  'CopySourceSSECustomerKey',
  'CopySourceSSECustomerKeyMD5',
  'CopySourceSSECustomerAlgorithm',
  'Expires',
  'ExpectedBucketOwner',
];
const s3Values = { Bucket: 'some.bucket', Key: 'folder/a b+ü//k.txt', RequestRoute: 'route', RequestToken: 'token' };

/** Compared below, with what the URI itself contains. */
const apiGatewayWithout = ['parameters'];

/** For a server, what the URI itself contains is among all parameters of the query (cases/rest-json-bindings.ts, "constant queries"). */
const inUri: Readonly<Record<string, object>> = { ImportRestApi: { parameters: { mode: 'import' } } };

function rulesOf(service: ServiceName, protocol: ProtocolName): SampleRules {
  const isS3 = service === 's3';
  return {
    without: new Set(isS3 ? s3Without : service === 'api-gateway' ? apiGatewayWithout : []),
    values: isS3 ? s3Values : {},
    leaveEmptyOut: protocol === 'query' || protocol === 'rest-xml',
  };
}

const streams = (operation: OperationModel) =>
  [operation.input, operation.output].some((schema) => structureOf(schema).members.some(isEventStream));

for (const service of Object.keys(catalog) as ServiceName[]) {
  for (const protocol of catalog[service].protocols) {
    const model = await loadServiceModel(service);
    const rules = rulesOf(service, protocol);
    describe(`${service} in ${protocol} does`, () => {
      for (const operation of model.operations.values()) {
        if (streams(operation)) continue;
        it(operation.name, async () => {
          const wire = await openWire(service, protocol);
          const input = sampleStructure(structureOf(operation.input), rules);
          const output = sampleStructure(structureOf(operation.output), rules);
          wire.answer = output;
          const answered = await wire.client.send(wire.command(operation.name, structuredClone(input)));
          assert.equal(wire.seen.operation, operation.name);
          const expected = { ...((await plain(input)) as object), ...inUri[operation.name] };
          assert.deepEqual(withoutChecksums(await plain(wire.seen.input), input), expected);
          assert.deepEqual(await plain(answered), await plain(output));
        });
      }
    });
  }
}

/** The client adds a checksum where S3 wants one. */
function withoutChecksums(seen: unknown, sent: Record<string, unknown>): unknown {
  const added = Object.entries(seen as object).filter(([name]) => name in sent || !/^(Checksum|Content)/.test(name));
  return Object.fromEntries(added);
}
