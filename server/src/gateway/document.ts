/** A document as its parser gets it: unpacked, and never dearer to read than its service allows. */
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { AwsError } from '../contract/aws-error.ts';
import type { DocumentLimits, ProtocolName } from '../models/catalog.ts';
import type { OperationModel } from '../models/service-model.ts';
import { structureOf } from '../models/shape.ts';
import { wellFormed } from '../wire/aws-json.ts';
import type { WireRequest } from '../wire/protocol.ts';
import { protocols } from '../wire/protocols.ts';
import { isRaw } from '../wire/rest-bindings.ts';
import { refusal } from './refusals.ts';

const unpack = promisify(gunzip);

/** No byte of any document costs more. */
const mostPerByte = 10;

/** Whether a REST operation's body is bytes or text, which is not parsed. */
export function hasRawBody(operation: OperationModel): boolean {
  const payload = structureOf(operation.input).members.find(({ http }) => http.payload);
  return payload !== undefined && isRaw(payload);
}

/** Synchronous if the document is small and not compressed. The caller has been authenticated. */
export function documentOf(
  request: WireRequest,
  protocol: ProtocolName,
  limits: DocumentLimits,
): WireRequest | Promise<WireRequest> {
  const { body } = request;
  if (!(body instanceof Uint8Array)) return request;
  if (request.headers['content-encoding'] === 'gzip' && protocol !== 'rest-xml')
    return unpacked(request, body, protocol, limits);
  checkCost(body, protocol, limits);
  return request;
}

/** The SDKs pack PutMetricData. In a thread of its own, since it takes a while. */
async function unpacked(
  { headers: { 'content-encoding': _, ...headers }, ...request }: WireRequest,
  packed: Uint8Array,
  protocol: ProtocolName,
  limits: DocumentLimits,
): Promise<WireRequest> {
  const body = await unpack(packed, { maxOutputLength: limits.bytes }).catch((cause) => {
    if (cause.code === 'ERR_BUFFER_TOO_LARGE') throw refusal('tooLarge', protocol);
    const code = protocol === 'query' ? 'MalformedQueryString' : 'SerializationException';
    throw new AwsError(code, 'The compressed body cannot be read', { status: 400, cause });
  });
  checkCost(body, protocol, limits);
  return { ...request, headers, body };
}

function checkCost(body: Uint8Array, protocol: ProtocolName, { cost }: DocumentLimits): void {
  // CBOR is looked through in any case: its numbers may be endless.
  if (body.length * mostPerByte <= cost && protocol !== 'rpc-v2-cbor') return;
  if (wellFormed(() => protocols[protocol].cost(body, cost)) > cost) throw refusal('tooLarge', protocol);
}
