/** Requests with bytes damaged at random (the same at every run): each is read or refused with an AWS error, never a defect. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AwsError } from '../../server/src/contract/aws-error.ts';
import { catalog, type ProtocolName, type ServiceName } from '../../server/src/models/catalog.ts';
import type { OperationModel, ServiceModel } from '../../server/src/models/service-model.ts';
import { structureOf } from '../../server/src/models/shape.ts';
import { violations } from '../../server/src/models/validate.ts';
import type { WireRequest } from '../../server/src/wire/protocol.ts';
import { protocols } from '../../server/src/wire/protocols.ts';
import { sampleStructure } from './sample.ts';
import { openWire } from './sdk.ts';

const victims: Record<ServiceName, string> = {
  cloudtrail: 'LookupEvents',
  cloudwatch: 'PutMetricData',
  'cloudwatch-logs': 'PutLogEvents',
  dynamodb: 'CreateTable',
  iam: 'CreateRole',
  lambda: 'CreateFunction',
  s3: 'PutBucketLifecycleConfiguration',
  sagemaker: 'CreateTrainingJob',
  'sagemaker-runtime': 'InvokeEndpoint',
  sts: 'AssumeRole',
};

/** Mulberry32. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function damaged(bytes: Uint8Array, random: () => number): Buffer {
  const result = [...bytes];
  const at = () => Math.floor(random() * result.length);
  for (let count = 1 + Math.floor(random() * 4); count > 0 && result.length > 0; count--) {
    const kind = random();
    if (kind < 0.5) result[at()] = Math.floor(random() * 256);
    else if (kind < 0.7) result.splice(at(), 1 + Math.floor(random() * 20));
    else if (kind < 0.9) result.splice(at(), 0, ...result.slice(at(), at() + 20));
    else result.length = at();
  }
  return Buffer.from(result);
}

const text = (value: string, random: () => number) =>
  random() < 0.7 ? value : damaged(Buffer.from(value), random).toString('latin1');

function readOrRefuse(
  protocolName: ProtocolName,
  model: ServiceModel,
  fallback: OperationModel,
  request: WireRequest,
): boolean {
  const protocol = protocols[protocolName];
  try {
    const operation = model.operations.get(protocol.operationOf(model, request) ?? '') ?? fallback;
    violations(model, operation, protocol.parse(model, operation, request));
    return true;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return false;
  }
}

describe('damaged requests survives', () => {
  for (const service of Object.keys(catalog) as ServiceName[]) {
    for (const protocol of catalog[service].protocols) {
      it(`${service} in ${protocol}`, async () => {
        const { model, request } = await sentRequest(service, protocol);
        const operation = model.operations.get(victims[service]) as OperationModel;
        const random = randomNumbers(7);
        let read = 0;
        for (let round = 0; round < 1500; round++) {
          const { path, query, headers, body } = request;
          const pairs = Object.entries(headers).map(([name, value]) => [name, text(value, random)]);
          const changed = {
            method: request.method,
            path: text(path, random),
            query: text(query, random),
            headers: Object.fromEntries(pairs),
            body: damaged(body as Uint8Array, random),
          };
          if (readOrRefuse(protocol, model, operation, changed)) read++;
        }
        assert.ok(read > 0 && read < 1500, `${read} of 1500 were read`);
      });
    }
  }
});

async function sentRequest(service: ServiceName, protocol: ProtocolName) {
  const wire = await openWire(service, protocol);
  const operation = wire.model.operations.get(victims[service]) as OperationModel;
  const rules = { without: new Set(['ChecksumAlgorithm']), values: { Bucket: 'b' }, leaveEmptyOut: true };
  await wire.client.send(wire.command(victims[service], sampleStructure(structureOf(operation.input), rules)));
  return { model: wire.model, request: wire.seen.request };
}
