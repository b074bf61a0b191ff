/**
 * The steps of every request: identify → authenticate → parse → authorize → validate → handle → record → serialize.
 * Knows no service by name.
 */
import type { Readable } from 'node:stream';
import { rootArn } from '../contract/arn.ts';
import type { Audit } from '../contract/audit.ts';
import type { AwsAccess } from '../contract/aws.ts';
import { AwsError } from '../contract/aws-error.ts';
import type { Identity } from '../contract/identity.ts';
import type { Principal } from '../contract/principal.ts';
import type { Service } from '../contract/service.ts';
import type { Clock } from '../kit/clock.ts';
import type { Log } from '../kit/log.ts';
import { Unavailable } from '../kit/unavailable.ts';
import {
  type CatalogEntry,
  catalog,
  type DocumentLimits,
  documentLimitsOf,
  type ProtocolName,
  type ServiceName,
} from '../models/catalog.ts';
import type { OperationModel } from '../models/service-model.ts';
import { errorStatus } from '../wire/answers.ts';
import { MalformedSignature } from '../wire/malformed-signature.ts';
import type { WireRequest, WireResponse } from '../wire/protocol.ts';
import { protocols } from '../wire/protocols.ts';
import { readSignature2 } from '../wire/sigv2.ts';
import { readSignature, type Signature } from '../wire/sigv4.ts';
import { admitAnonymous } from './anonymous.ts';
import { type Authenticated, authenticate } from './authenticate.ts';
import { collect, cutShort, gather, lengthless, streamed } from './body.ts';
import { documentOf, hasRawBody } from './document.ts';
import { checkDigests } from './document-digest.ts';
import { formPost } from './form-post.ts';
import { GatewayCall } from './gateway-call.ts';
import { type Destination, guessOperation, modelFor, operationOf, protocolOf, serviceOf } from './identify.ts';
import { decider } from './perform.ts';
import { type Admitted, authenticate2, unscoped } from './presigned.ts';
import { performRecorded } from './record.ts';
import { defect, malformed, notBuilt, refusal } from './refusals.ts';

export interface PipelineDeps {
  readonly services: ReadonlyMap<ServiceName, Service>;
  readonly identity: Identity;
  readonly access: AwsAccess;
  readonly audit: Audit;
  readonly clock: Clock;
  readonly log: Log;
  /** Accept any key; one that was issued here is its owner's, one of twelve digits is the account. The value is the account of all others. */
  readonly anyCredentialsAccount?: string;
}

export interface Incoming {
  readonly head: Omit<WireRequest, 'body'>;
  readonly stream: Readable;
  readonly requestId: string;
  readonly sourceIp: string;
  /** Set if the head alone is refused. */
  readonly refused?: AwsError | undefined;
  /** Behind TLS. */
  readonly secure: boolean;
  readonly signal: () => AbortSignal;
}

/** What `record` writes to the log. */
export interface Outcome {
  readonly response: WireResponse;
  service?: string;
  operation?: string;
  principal?: string;
  error?: string;
}

interface Known {
  protocol: ProtocolName;
  destination?: Destination;
  operation?: string;
  principal?: Principal;
}

/** Never throws: an error becomes a response. */
export async function answer(incoming: Incoming, deps: PipelineDeps): Promise<Outcome> {
  const known: Known = { protocol: protocolOf(incoming.head, undefined) };
  const context = { requestId: incoming.requestId, method: incoming.head.method };
  const facts = () => ({
    ...(known.destination ? { service: known.destination.service.name } : {}),
    ...(known.operation ? { operation: known.operation } : {}),
    ...(known.principal ? { principal: known.principal.arn } : {}),
  });
  try {
    return { response: await handleRequest(incoming, deps, known, context), ...facts() };
  } catch (caught) {
    const thrown = caught !== null && caught === incoming.stream.errored ? cutShort() : caught;
    const error = thrown instanceof AwsError ? thrown : defect(known.protocol, thrown);
    if (thrown instanceof Unavailable) {
      deps.log.info('gateway: unavailable', { requestId: incoming.requestId, ...facts(), because: thrown.message });
    } else if (!(thrown instanceof AwsError)) {
      deps.log.error('gateway: internal error', { requestId: incoming.requestId, ...facts(), error: thrown });
    } else if (thrown.cause) {
      deps.log.info('gateway: request refused', {
        requestId: incoming.requestId,
        ...facts(),
        code: error.code,
        cause: thrown.cause,
      });
    }
    const model = known.destination?.model;
    const response = protocols[known.protocol].serializeError(model, error, errorStatus(model, error), context);
    return {
      response: { ...response, headers: { ...response.headers, ...error.headers } },
      ...facts(),
      error: error.code,
    };
  }
}

async function handleRequest(
  incoming: Incoming,
  deps: PipelineDeps,
  known: Known,
  context: { requestId: string },
): Promise<WireResponse> {
  const { head } = incoming;
  const { request, principal, region, finish, service: meant } = await admit(incoming, known, deps);
  const service = serviceOf(known.protocol, head, meant, deps.services);
  known.principal = principal;
  if (!service) throw notBuilt(meant, guessOperation(request));
  const loaded = modelFor(service.name);
  const model = loaded instanceof Promise ? await loaded : loaded;
  const destination: Destination = { service, model, protocol: known.protocol };
  known.destination = destination;
  const limits = documentLimitsOf(service.name);
  const isRest = known.protocol.startsWith('rest-');
  // In other protocols the document may name the operation.
  const readable = isRest ? request : documentOf(request, known.protocol, limits);
  const asked = readable instanceof Promise ? await readable : readable;
  const operation = operationOf(destination, asked);
  known.operation = operation.name;
  const bound = service.operations.get(operation.name);
  if (!bound) throw notBuilt(service.name, operation.name);
  const document = isRest ? restDocument(operation, asked, known.protocol, limits) : asked;
  const whole = document instanceof Promise ? await document : document;
  const protocol = protocols[known.protocol];
  const input = protocol.parse(model, operation, whole);
  const call = new GatewayCall(
    {
      service: service.name,
      operation: operation.name,
      region,
      principal,
      requestId: incoming.requestId,
      now: deps.clock.now(),
      sourceIp: incoming.sourceIp,
      secure: incoming.secure,
    },
    deps.log,
    deps.access,
    incoming.signal,
    decider(deps.identity, input, head.headers),
  );
  const performance = { model, operation, bound, protocol: known.protocol };
  const userAgent = head.headers['user-agent'] ?? '';
  const recording = { audit: deps.audit, clock: deps.clock, userAgent, invokedBy: undefined };
  const output = performRecorded(performance, input, call, recording);
  const response = protocol.serialize(model, operation, output instanceof Promise ? await output : output, context);
  return finish ? finish(response) : response;
}

/** Leaves a body that no step parses unread. */
function restDocument(
  operation: OperationModel,
  request: WireRequest,
  protocol: ProtocolName,
  limits: DocumentLimits,
): WireRequest | Promise<WireRequest> {
  const { body } = request;
  if (operation.streamingInput) return request;
  if (!(body instanceof Uint8Array)) return collected(operation, request, body, protocol, limits);
  return hasRawBody(operation) ? request : documentOf(request, protocol, limits);
}

async function collected(
  operation: OperationModel,
  request: WireRequest,
  stream: Readable,
  protocol: ProtocolName,
  limits: DocumentLimits,
): Promise<WireRequest> {
  const body = await collect(stream, limits.bytes, protocol);
  const { trailers } = stream as { readonly trailers?: Readonly<Record<string, string>> };
  checkDigests(operation, request.headers, body, trailers);
  return restDocument(operation, { ...request, body }, protocol, limits);
}

async function admit(incoming: Incoming, known: Known, deps: PipelineDeps): Promise<Admitted> {
  const { head, stream, refused } = incoming;
  if (refused) throw refused;
  const older = readSignature2(head);
  if (older) {
    known.protocol = 'rest-xml';
    const principal =
      deps.anyCredentialsAccount && older !== 'incomplete'
        ? (await anyCaller(older, deps.anyCredentialsAccount, deps.identity)).principal
        : await authenticate2(head, older, deps);
    if (head.headers['transfer-encoding'] !== undefined && head.headers['content-length'] === undefined)
      throw lengthless();
    return { request: { ...head, body: stream }, principal, ...unscoped };
  }
  const form = formPost(incoming, deps, async (signed) =>
    deps.anyCredentialsAccount
      ? (await anyCaller(signed, deps.anyCredentialsAccount, deps.identity)).principal
      : undefined,
  );
  if (form) {
    known.protocol = 'rest-xml';
    return form;
  }
  const signature = readSigned(incoming, known);
  if (!signature) {
    if (known.protocol === 'rest-xml') return admitAnonymous(incoming, deps);
    return refuseUnsigned(incoming, known);
  }
  const { request, authenticated } =
    known.protocol === 'rest-xml' && signature.service.startsWith('s3')
      ? await admitStreamed(incoming, signature, known, deps)
      : await admitGathered(incoming, signature, known, deps);
  return { request, principal: authenticated.principal, service: signature.service, region: signature.region };
}

const isRegion = /^[a-z]{2,4}(-[a-z]+)+-\d+$/;

/** S3 returns the right region to clients that sign for an invalid one (s3cmd's `US`), and they retry with it. */
const wrongRegion = (region: string) =>
  new AwsError(
    'AuthorizationHeaderMalformed',
    `The authorization header is malformed; the region '${region}' is wrong; expecting 'us-east-1'`,
    { status: 400, fields: { Region: 'us-east-1' } },
  );

/** An unsigned operation for callers without a key is refused by its name; every other unsigned request for its missing signature. */
async function refuseUnsigned({ head, stream }: Incoming, { protocol }: Known): Promise<never> {
  if (protocol === 'query') {
    const { body } = await gather(stream, head.headers, protocol, unsignedBytes);
    const operation = guessOperation({ ...head, body });
    const entries = Object.entries(catalog) as [ServiceName, CatalogEntry][];
    const meant = entries.find(([, { unsignedOperations }]) => unsignedOperations?.test(operation));
    if (meant) throw notBuilt(meant[0], operation);
  }
  throw refusal('missing', protocol);
}

/** STS's tokens and assertions are below 100,000 characters: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithSAML.html */
const unsignedBytes = 512 * 1024;

/** Undefined for a request without a signature. */
function readSigned({ head }: Incoming, known: Known): Signature | undefined {
  let signature: Signature | undefined;
  try {
    signature = readSignature(head);
  } catch (error) {
    if (!(error instanceof MalformedSignature)) throw error;
    const { authorization } = head.headers;
    // The readable part of the scope still names the service.
    known.protocol = protocolOf(head, /\bCredential=(?:[^/,]*\/){3}([^/,]+)/.exec(authorization ?? '')?.[1]);
    throw malformed(known.protocol, authorization === undefined ? 'query' : 'header', error);
  }
  if (!signature) return undefined;
  known.protocol = protocolOf(head, signature.service);
  if (known.protocol === 'rest-xml' && !isRegion.test(signature.region)) throw wrongRegion(signature.region);
  return signature;
}

interface Checked {
  readonly request: WireRequest;
  readonly authenticated: Authenticated;
}

/** All services but S3: the body is read first, because its hash is signed. */
async function admitGathered(
  { head, stream }: Incoming,
  signature: Signature,
  { protocol }: Known,
  deps: PipelineDeps,
): Promise<Checked> {
  const meant = serviceOf(protocol, head, signature.service, deps.services);
  const { bytes } = documentLimitsOf(meant?.name);
  const { body, sha256: computed } = await gather(stream, head.headers, protocol, bytes);
  const request = { ...head, body };
  if (deps.anyCredentialsAccount)
    return { request, authenticated: await anyCaller(signature, deps.anyCredentialsAccount, deps.identity) };
  const declared = head.headers['x-amz-content-sha256'];
  if (declared !== undefined && /^[0-9a-f]{64}$/.test(declared) && declared !== computed)
    throw refusal('mismatch', protocol);
  const checked = authenticate(signature, head, computed, protocol, deps);
  return { request, authenticated: checked instanceof Promise ? await checked : checked };
}

/** S3: the signed hash is in a header, so the signature is checked before the first byte of the body. */
async function admitStreamed(
  { head, stream }: Incoming,
  signature: Signature,
  { protocol }: Known,
  deps: PipelineDeps,
): Promise<Checked> {
  let authenticated: Authenticated;
  if (deps.anyCredentialsAccount) authenticated = await anyCaller(signature, deps.anyCredentialsAccount, deps.identity);
  else {
    const declared = head.headers['x-amz-content-sha256'];
    if (declared === undefined && signature.form === 'header') {
      throw new AwsError('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256', {
        status: 400,
      });
    }
    authenticated = await authenticate(signature, head, declared ?? 'UNSIGNED-PAYLOAD', protocol, deps);
  }
  const { headers, body } = streamed(stream, head.headers, signature, authenticated.key);
  return { request: { ...head, headers, body }, authenticated };
}

/** What a signature says of its key; older forms name no region. */
interface Claimed {
  readonly accessKeyId: string;
  readonly token?: string | undefined;
  readonly region?: string | undefined;
}

/** A key that the platform issued means its owner, though its signature is not checked; any other is the root of an account. */
async function anyCaller(
  { accessKeyId, token, region = unscoped.region }: Claimed,
  usual: string,
  identity: Identity,
): Promise<Authenticated> {
  const known = await identity.findSigningKey(accessKeyId, token);
  if (known) return { principal: known.principal };
  const account = /^\d{12}$/.test(accessKeyId) ? accessKeyId : usual;
  const principal = {
    kind: 'root' as const,
    account,
    arn: rootArn(region, account),
    userId: account,
    accessKeyId,
  };
  return { principal };
}
