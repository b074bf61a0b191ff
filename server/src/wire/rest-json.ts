/** restJson1: members in path, headers, query and a JSON document. Source: https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html */
import type { ServiceModel } from '../models/service-model.ts';
import { structureOf } from '../models/shape.ts';
import { errorMembers, findErrorModel, gatheredBody } from './answers.ts';
import { wellFormed } from './aws-json.ts';
import { jsonCost } from './document-cost.ts';
import { type JsonObject, parseJson, parseJsonObject, readJson, writeJson } from './json-values.ts';
import type { Protocol, WireRequest } from './protocol.ts';
import {
  type Bindings,
  bindingsOf,
  isRaw,
  readBindings,
  readRawPayload,
  statusOf,
  writeHeaders,
  writeRawPayload,
} from './rest-bindings.ts';
import { createRouter, type Router } from './rest-router.ts';

const names = { jsonName: true };
const contentType = 'application/json';
const routers = new WeakMap<ServiceModel, Router>();

export function routerOf(model: ServiceModel): Router {
  let router = routers.get(model);
  if (router === undefined) {
    router = createRouter(model);
    routers.set(model, router);
  }
  return router;
}

export const restJson: Protocol = {
  name: 'rest-json',
  cost: jsonCost,
  operationOf: (model, request) => wellFormed(() => routerOf(model).find(request)?.name),
  parse: (model, operation, request) =>
    wellFormed(() => {
      const input = readBindings(operation, routerOf(model), request);
      return readBody(bindingsOf(structureOf(operation.input)), request, input);
    }),
  serialize: (_model, operation, output, { requestId }) => {
    const bindings = bindingsOf(structureOf(operation.output));
    const values = (output ?? {}) as JsonObject;
    const headers = writeHeaders(bindings, values);
    headers['x-amzn-RequestId'] = requestId;
    return { status: statusOf(operation, bindings, values), headers, body: writeBody(bindings, values, headers) };
  },
  serializeError: (model, error, status, { requestId }) => {
    const found = findErrorModel(model, error);
    const { structure, values } = errorMembers(error, found);
    const bindings = structure && bindingsOf(structure);
    const headers: Record<string, string> = {
      ...(bindings && writeHeaders(bindings, values)),
      'content-type': contentType,
      'x-amzn-RequestId': requestId,
      'x-amzn-ErrorType': found?.name ?? error.code,
      ...error.headers,
    };
    return { status, headers, body: JSON.stringify(bindings ? writeDocument(bindings, values) : values) };
  },
};

function readBody(bindings: Bindings, request: WireRequest, input: JsonObject): JsonObject {
  const { payload, body } = bindings;
  if (payload === undefined) {
    if (body.length > 0) Object.assign(input, readJson(bindings.structure, document(request), names));
    return input;
  }
  if (isRaw(payload)) {
    const isThere = payload.required || !(request.body instanceof Uint8Array) || request.body.length > 0;
    if (isThere) input[payload.name] = readRawPayload(payload, request.body);
  } else if (gatheredBody(request).length > 0) {
    const value =
      payload.shape.kind === 'document' ? parseJson(gatheredBody(request).toString('utf8')) : document(request);
    input[payload.name] = readJson(payload.shape, value, names);
  }
  return input;
}

function document(request: WireRequest): JsonObject {
  return parseJsonObject(gatheredBody(request).toString('utf8'));
}

function writeDocument({ body }: Bindings, values: JsonObject): JsonObject {
  const result: JsonObject = {};
  for (const member of body) {
    const value = values[member.name];
    if (value != null) result[member.jsonName] = writeJson(member, value, names);
  }
  return result;
}

/** Adds a default content type where the model binds none. */
function writeBody(bindings: Bindings, values: JsonObject, headers: Record<string, string>) {
  const { payload, body } = bindings;
  if (payload === undefined) {
    if (bindings.structure.name === 'Unit') return undefined;
    headers['content-type'] ??= contentType;
    return body.length > 0 ? JSON.stringify(writeDocument(bindings, values)) : '{}';
  }
  const value = values[payload.name];
  if (value == null) return undefined;
  if (isRaw(payload)) return writeRawPayload(payload, value, headers);
  headers['content-type'] ??= contentType;
  return JSON.stringify(writeJson(payload, value, names));
}
