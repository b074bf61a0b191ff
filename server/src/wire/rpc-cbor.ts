/** rpcv2Cbor: POST /service/<name>/operation/<operation>, CBOR both ways. Source: https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html */
import { cbor } from '@smithy/core/cbor';
import { AwsError } from '../contract/aws-error.ts';
import { structureOf } from '../models/shape.ts';
import { errorMembers, findErrorModel, gatheredBody } from './answers.ts';
import { queryErrorHeader, wellFormed } from './aws-json.ts';
import { readCbor, writeCborStructure } from './cbor-values.ts';
import { cborCost } from './document-cost.ts';
import type { JsonObject } from './json-values.ts';
import type { Protocol } from './protocol.ts';

const path = /^\/service\/([^/]+)\/operation\/([^/]+)$/;

export const rpcCbor: Protocol = {
  name: 'rpc-v2-cbor',
  cost: cborCost,
  operationOf: (model, request) => {
    if (request.headers['smithy-protocol'] !== 'rpc-v2-cbor') return undefined;
    const match = path.exec(request.path);
    return match?.[1] === model.entry.target ? match?.[2] : undefined;
  },
  parse: (_model, operation, request) =>
    wellFormed(() => {
      const body = gatheredBody(request);
      return readCbor(structureOf(operation.input), body.length === 0 ? {} : decode(body));
    }),
  serialize: (_model, operation, output, { requestId }) => {
    const shape = structureOf(operation.output);
    if (shape.name === 'Unit') return { status: 200, headers: headers(requestId, false), body: undefined };
    const body = cbor.serialize(writeCborStructure(shape, (output ?? {}) as JsonObject));
    return { status: 200, headers: headers(requestId, true), body };
  },
  serializeError: (model, error, status, { requestId }) => {
    const found = findErrorModel(model, error);
    const { structure, values } = errorMembers(error, found);
    const members = structure ? { ...values, ...writeCborStructure(structure, values) } : values;
    return {
      status,
      headers: { ...headers(requestId, true), ...queryErrorHeader(model, error, status), ...error.headers },
      body: cbor.serialize({ __type: found?.name ?? error.code, ...members }),
    };
  },
};

function headers(requestId: string, hasBody: boolean): Record<string, string> {
  return {
    'smithy-protocol': 'rpc-v2-cbor',
    'x-amzn-RequestId': requestId,
    ...(hasBody ? { 'content-type': 'application/cbor' } : {}),
  };
}

function decode(body: Uint8Array): unknown {
  try {
    return cbor.deserialize(body);
  } catch (cause) {
    throw new AwsError('SerializationException', 'Unable to parse the CBOR document', { status: 400, cause });
  }
}
