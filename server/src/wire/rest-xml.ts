/**
 * restXml: members in path, headers, query and an XML document; what is special about S3 is a trait of its model. Errors have S3's form for every service.
 * Sources: https://smithy.io/2.0/aws/protocols/aws-restxml-protocol.html and https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
import { AwsError } from '../contract/aws-error.ts';
import type { ServiceModel } from '../models/service-model.ts';
import { type Member, type Structure, structureOf, type XmlNamespace } from '../models/shape.ts';
import type { WireTraits } from '../models/wire-traits.ts';
import { errorMembers, findErrorModel, gatheredBody } from './answers.ts';
import { xmlCost } from './document-cost.ts';
import type { JsonObject } from './json-values.ts';
import { Malformed } from './malformed.ts';
import { withPresignedHeaders } from './presigned-headers.ts';
import type { Protocol, WireRequest } from './protocol.ts';
import { percentDecode } from './query-string.ts';
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
import { routerOf } from './rest-json.ts';
import { contentTypeWithoutBody, refuseMisplacedEncryption, statusBeyondModel } from './s3-exceptions.ts';
import { inPathStyle } from './virtual-host.ts';
import { parseXml } from './xml-parse.ts';
import { escapeXml, readXmlStructure, writeXmlElement, writeXmlMember, xmlHeader } from './xml-values.ts';

const style = { wholeSeconds: false };
const contentType = 'application/xml';

export const restXml: Protocol = {
  name: 'rest-xml',
  cost: xmlCost,
  operationOf: (model, request) => {
    try {
      percentDecode(request.path);
      return routerOf(model).find(located(model, request))?.name;
    } catch (cause) {
      throw refusal(cause, 'InvalidURI', "Couldn't parse the specified URI.");
    }
  },
  parse: (model, operation, request) => {
    let input: JsonObject;
    try {
      const found = located(model, request);
      if (traitsOf(model).exceptions === 's3') refuseMisplacedEncryption(operation, found);
      input = readBindings(operation, routerOf(model), found, true);
    } catch (cause) {
      throw refusal(cause, 'InvalidArgument', cause instanceof Error ? cause.message : '');
    }
    try {
      return readBody(bindingsOf(structureOf(operation.input)), request, input);
    } catch (cause) {
      throw refusal(cause, 'MalformedXML', malformedXml);
    }
  },
  serialize: (model, operation, output, { requestId }) => {
    const bindings = bindingsOf(structureOf(operation.output));
    const values = (output ?? {}) as JsonObject;
    const headers = { ...identification(requestId), ...writeHeaders(bindings, values) };
    const body = writeBody(model, bindings, values, headers);
    // The model has no status for a partial answer; HTTP has (RFC 9110 section 15.3.7).
    const status = headers['content-range'] === undefined ? statusOf(operation, bindings, values) : 206;
    if (traitsOf(model).exceptions !== 's3') return { status, headers, body };
    const type = contentTypeWithoutBody(operation);
    if (type !== undefined) headers['content-type'] ??= type;
    return { status: statusBeyondModel(operation) ?? status, headers, body };
  },
  serializeError: (model, error, status, { requestId, method }) => {
    const found = findErrorModel(model, error);
    const { values } = errorMembers(error, found, 'Message');
    const fields: JsonObject = { Code: found?.code ?? error.code, Message: error.message, ...values };
    // AWS's documentation shows a Resource; no observed answer has one.
    if (error.code === 'MethodNotAllowed') fields.Method ??= method;
    fields.RequestId = requestId;
    fields.HostId = hostId(requestId);
    const content = Object.entries(fields)
      .filter(([, value]) => value != null)
      .map(([name, value]) => `<${name}>${escapeXml(String(value))}</${name}>`);
    const headers = { ...identification(requestId), 'content-type': contentType, ...error.headers };
    const silent = method === 'HEAD' || status === 304;
    return { status, headers, body: silent ? undefined : `${xmlHeader}<Error>${content.join('')}</Error>` };
  },
};

const malformedXml = 'The XML you provided was not well-formed or did not validate against our published schema';

const noTraits: WireTraits = {};
const traitsOf = ({ entry }: ServiceModel): WireTraits => entry.traits ?? noTraits;

/** The request with its bucket in the path and its parameters in the headers. */
function located(model: ServiceModel, request: WireRequest): WireRequest {
  const { addressing, headersInQuery } = traitsOf(model);
  const inPath = addressing === 'virtual-host' ? inPathStyle(request) : request;
  return headersInQuery ? withPresignedHeaders(inPath) : inPath;
}

function refusal(cause: unknown, code: string, message: string): unknown {
  return cause instanceof Malformed ? new AwsError(code, message, { status: 400, cause }) : cause;
}

function identification(requestId: string): Record<string, string> {
  return { 'x-amz-request-id': requestId, 'x-amz-id-2': hostId(requestId) };
}

/** S3's second identifier of a request; derived from the first. */
function hostId(requestId: string): string {
  return Buffer.from(requestId).toString('base64');
}

function readBody(bindings: Bindings, request: WireRequest, input: JsonObject): JsonObject {
  const { payload, body, structure } = bindings;
  if (payload === undefined) {
    if (body.length === 0 || gatheredBody(request).length === 0) return input;
    return Object.assign(input, readXmlStructure(structure, parseXml(textOf(gatheredBody(request)))));
  }
  if (isRaw(payload)) {
    input[payload.name] = readRawPayload(payload, request.body);
    return input;
  }
  const bytes = gatheredBody(request);
  if (bytes.length === 0) return input;
  const root = parseXml(textOf(bytes));
  const shape = documentShape(payload);
  if (root.name !== rootName(payload, shape)) throw new Malformed(`Unexpected root element ${root.name}`);
  input[payload.name] = readXmlStructure(shape, root);
  return input;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes that are not UTF-8 are refused: a key that is read as another key could delete the wrong object. */
function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new Malformed('Not UTF-8');
  }
}

function documentShape({ shape, name }: Member): Structure {
  if (shape.kind !== 'structure' && shape.kind !== 'union') throw new TypeError(`the payload ${name} is no structure`);
  return shape;
}

function rootName(payload: Member, shape: Structure): string {
  return payload.xmlNamed ? payload.xmlName : (shape.xmlName ?? shape.name);
}

function writeBody(model: ServiceModel, bindings: Bindings, values: JsonObject, headers: Record<string, string>) {
  const { payload, body, structure } = bindings;
  const uri = model.entry.xmlNamespace;
  const namespace = uri === undefined ? undefined : { attribute: 'xmlns', uri };
  if (payload === undefined) {
    if (body.length === 0) return undefined;
    headers['content-type'] ??= contentType;
    return xmlHeader + writeRoot(structure, body, values, namespace);
  }
  const value = values[payload.name];
  if (value == null) return undefined;
  if (isRaw(payload)) return writeRawPayload(payload, value, headers);
  headers['content-type'] ??= contentType;
  const shape = documentShape(payload);
  const own = payload.xmlNamespace ?? shape.xmlNamespace ?? namespace;
  return xmlHeader + writeXmlElement(rootName(payload, shape), shape, value as JsonObject, style, own);
}

function writeRoot(
  structure: Structure,
  body: readonly Member[],
  values: JsonObject,
  namespace?: XmlNamespace,
): string {
  const name = structure.xmlName ?? structure.name;
  const [only] = body;
  // GetBucketLocation answers its only member as the root: <LocationConstraint xmlns="…">eu-west-1</LocationConstraint>.
  if (body.length === 1 && only?.shape.kind === 'string' && only.xmlName === name) {
    return writeXmlMember(name, { ...only, xmlNamespace: namespace }, values[only.name] ?? '', style);
  }
  return writeXmlElement(name, { members: body }, values, style, structure.xmlNamespace ?? namespace);
}
