/** A document as its parser receives it: decompressed, and within the limits of its service. */
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { AwsError } from '../contract/aws-error.ts';
import type { DocumentLimits } from '../models/catalog.ts';
import type { OperationModel } from '../models/service-model.ts';
import { structureOf } from '../models/shape.ts';
import { wellFormed } from '../wire/aws-json.ts';
import type { WireRequest } from '../wire/protocol.ts';
import { protocols } from '../wire/protocols.ts';
import { isRaw } from '../wire/rest-bindings.ts';
import type { RequestFormat } from './format.ts';
import { refusal } from './refusals.ts';

const decompress = promisify(gunzip);

/** The highest cost of a byte, in any protocol. */
const maxCostPerByte = 10;

/** Whether a REST operation's body is bytes or text, which is not parsed. */
export function hasRawBody(operation: OperationModel): boolean {
  const payload = structureOf(operation.input).members.find(({ http }) => http.payload);
  return payload !== undefined && isRaw(payload);
}

/** Synchronous if the document is small and not compressed. The caller has been authenticated. */
export function documentOf(
  request: WireRequest,
  format: RequestFormat,
  limits: DocumentLimits,
): WireRequest | Promise<WireRequest> {
  const { body } = request;
  if (!(body instanceof Uint8Array)) return request;
  if (request.headers['content-encoding'] === 'gzip' && !format.traits.storesContentEncoding)
    return decompressed(request, body, format, limits);
  checkCost(body, format, limits);
  return request;
}

/** The SDKs compress PutMetricData. Runs in Node's thread pool: it would block the thread that serves requests. */
async function decompressed(
  { headers: { 'content-encoding': _, ...headers }, ...request }: WireRequest,
  compressed: Uint8Array,
  format: RequestFormat,
  limits: DocumentLimits,
): Promise<WireRequest> {
  const body = await decompress(compressed, { maxOutputLength: limits.bytes }).catch((cause) => {
    if (cause.code === 'ERR_BUFFER_TOO_LARGE') throw refusal('tooLarge', format);
    const code = format.protocol === 'query' ? 'MalformedQueryString' : 'SerializationException';
    throw new AwsError(code, 'The compressed body cannot be read', { status: 400, cause });
  });
  checkCost(body, format, limits);
  return { ...request, headers, body };
}

function checkCost(body: Uint8Array, format: RequestFormat, { cost }: DocumentLimits): void {
  const { protocol } = format;
  // CBOR is always counted: its numbers may have any length.
  if (body.length * maxCostPerByte <= cost && protocol !== 'rpc-v2-cbor') return;
  if (wellFormed(() => protocols[protocol].cost(body, cost)) > cost) throw refusal('tooLarge', format);
}
