/** Runs the tables of cases/. Facts from https://github.com/smithy-lang/smithy/tree/main/smithy-aws-protocol-tests, written down anew. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cbor } from '@smithy/core/cbor';
import { AwsError } from '../../server/src/contract/aws-error.ts';
import type { OperationModel, ServiceModel } from '../../server/src/models/service-model.ts';
import type { WireRequest } from '../../server/src/wire/protocol.ts';
import { protocols } from '../../server/src/wire/protocols.ts';
import type { Cases, RequestCase, ResponseCase } from './case.ts';
import { cases as awsJson } from './cases/aws-json.ts';
import { cases as query } from './cases/query.ts';
import { cases as restJson } from './cases/rest-json.ts';
import { cases as restJsonBindings } from './cases/rest-json-bindings.ts';
import { cases as restXml } from './cases/rest-xml.ts';
import { cases as rpcCbor } from './cases/rpc-cbor.ts';
import { plain } from './plain.ts';
import { type SyntheticOperation, syntheticModel } from './synthetic.ts';

for (const cases of [awsJson, query, restJson, restJsonBindings, restXml, rpcCbor]) {
  describe(`${cases.protocol} does`, () => {
    for (const one of cases.requests) it(`reads ${one.id}`, () => reads(cases, one));
    for (const one of cases.responses) it(`writes ${one.id}`, () => writes(cases, one));
  });
  describe(`${cases.protocol} refuses`, () => {
    for (const one of cases.refusals) {
      it(one.id, () => {
        const { protocol, model, operation } = open(cases, { input: one.input, http: one.http });
        assert.throws(
          () => protocol.parse(model, operation, requestOf(cases, one)),
          (error: unknown) => {
            assert.ok(error instanceof AwsError, String(error));
            assert.equal(error.code, one.code);
            if (one.message instanceof RegExp) assert.match(error.message, one.message);
            else if (one.message !== undefined) assert.equal(error.message, one.message);
            return true;
          },
        );
      });
    }
  });
}

function open(cases: Cases, operation: SyntheticOperation) {
  const isRest = cases.protocol.startsWith('rest');
  const http = operation.http ?? (isRest ? (['POST', '/Operation', 200] as const) : undefined);
  const model: ServiceModel = syntheticModel(cases.protocol, { Operation: { ...operation, http } });
  const found = model.operations.get('Operation') as OperationModel;
  return { protocol: protocols[cases.protocol], model, operation: found };
}

function requestOf(cases: Cases, one: RequestCase | Cases['refusals'][number]): WireRequest {
  const body = one.body?.startsWith('hex:') ? Buffer.from(one.body.slice(4), 'hex') : Buffer.from(one.body ?? '');
  const own: Partial<Record<Cases['protocol'], Record<string, string>>> = {
    'aws-json-1.1': { 'x-amz-target': 'Example.Operation', 'content-type': 'application/x-amz-json-1.1' },
    query: { 'content-type': 'application/x-www-form-urlencoded' },
    'rpc-v2-cbor': { 'smithy-protocol': 'rpc-v2-cbor', 'content-type': 'application/cbor' },
  };
  const path = cases.protocol === 'rpc-v2-cbor' ? '/service/Example/operation/Operation' : '/';
  return {
    method: one.http?.[0] ?? 'POST',
    path: one.path ?? (cases.protocol.startsWith('rest') ? '/Operation' : path),
    query: one.query ?? '',
    headers: { ...own[cases.protocol], ...one.headers },
    body:
      cases.protocol === 'query' && one.body ? Buffer.from(`Action=Operation&Version=2020-01-08&${one.body}`) : body,
  };
}

async function reads(cases: Cases, one: RequestCase): Promise<void> {
  const { protocol, model, operation } = open(cases, { input: one.input, http: one.http });
  const request = requestOf(cases, one);
  if (cases.protocol !== 'query' || one.body) assert.equal(protocol.operationOf(model, request), 'Operation');
  assert.deepEqual(await plain(protocol.parse(model, operation, request)), await plain(one.means));
}

async function writes(cases: Cases, one: ResponseCase): Promise<void> {
  const { protocol, model, operation } = open(cases, { output: one.output, http: one.http });
  const answer = protocol.serialize(model, operation, one.value, { requestId: 'id' });
  assert.equal(answer.status, one.status ?? one.http?.[2] ?? 200);
  for (const [name, value] of Object.entries(one.headers ?? {})) assert.equal(answer.headers[name], value, name);
  if (one.body === undefined) return;
  if (one.body.startsWith('hex:')) {
    const wanted = cbor.deserialize(Buffer.from(one.body.slice(4), 'hex'));
    assert.deepEqual(cbor.deserialize(answer.body as Uint8Array), wanted);
  } else if (/^[[{]/.test(one.body)) assert.deepEqual(JSON.parse(String(answer.body)), JSON.parse(one.body));
  else assert.equal(answer.body === undefined ? '' : Buffer.from(answer.body as string).toString('utf8'), one.body);
}
