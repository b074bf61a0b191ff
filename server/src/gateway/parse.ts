/** From a request to the operation's input. */
import type { Readable } from 'node:stream';
import { type DocumentLimits, documentLimitsOf } from '../models/catalog.ts';
import type { WireRequest } from '../wire/protocol.ts';
import { protocols } from '../wire/protocols.ts';
import { collect } from './body.ts';
import { documentOf, hasRawBody } from './document.ts';
import { checkDigests } from './document-digest.ts';
import type { Target } from './identify.ts';

/** Synchronous unless a document is still streamed or compressed. */
export function parse(target: Target): unknown | Promise<unknown> {
  const { model, operation, format } = target;
  const protocol = protocols[format.protocol];
  const readable = readableRequest(target);
  return readable instanceof Promise
    ? readable.then((request) => protocol.parse(model, operation, request))
    : protocol.parse(model, operation, readable);
}

/** The documents of other protocols than REST are readable already: they name the operation. */
function readableRequest(target: Target): WireRequest | Promise<WireRequest> {
  const { format, request, model } = target;
  return format.protocol.startsWith('rest-') ? restDocument(target, request, documentLimitsOf(model.name)) : request;
}

/** Leaves a body that is not parsed unread. */
function restDocument(
  target: Target,
  request: WireRequest,
  limits: DocumentLimits,
): WireRequest | Promise<WireRequest> {
  const { operation, format } = target;
  const { body } = request;
  if (operation.streamingInput) return request;
  if (!(body instanceof Uint8Array)) return collected(target, request, body, limits);
  return hasRawBody(operation) ? request : documentOf(request, format, limits);
}

async function collected(
  target: Target,
  request: WireRequest,
  stream: Readable,
  limits: DocumentLimits,
): Promise<WireRequest> {
  const { operation, format } = target;
  const body = await collect(stream, limits.bytes, format);
  const { trailers } = stream as { readonly trailers?: Readonly<Record<string, string>> };
  if (format.traits.verifiesDocumentDigests) checkDigests(operation, request.headers, body, trailers);
  return restDocument(target, { ...request, body }, limits);
}
