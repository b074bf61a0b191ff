/** What Signature Version 4 in the header and in the query have in common. */
import type { SigningKey } from '../../contract/identity.ts';
import { documentLimitsOf } from '../../models/catalog.ts';
import { MalformedSignature } from '../../wire/malformed-signature.ts';
import { expectedSignature, isSameSignature, type Signature, signedAt, signingKey } from '../../wire/sigv4.ts';
import { type Gathered, gather, streamed } from '../body.ts';
import type { Admitted, Exchange, RequestHead } from '../exchange.ts';
import { defaultService, guessFormat, type RequestFormat } from '../format.ts';
import { noteService } from '../identify.ts';
import { malformed, missingPayloadHash, refusal, unsigned, wrongRegion } from '../refusals.ts';
import type { Authenticator, Claim, Verified } from './authenticator.ts';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html: fifteen minutes (S3), five elsewhere are usual; we give all fifteen. */
export const maxSkewMs = 15 * 60_000;

export interface Sigv4Claim extends Claim {
  readonly key: Signature;
  /** The body; undefined where the signature covers a declared hash, and the body is read later. */
  readonly gathered: Gathered | undefined;
}

const isRegion = /^[a-z]{2,4}(-[a-z]+)+-\d+$/;

type ReadSignature = (head: RequestHead) => Signature | undefined;

export interface Sigv4Authenticator extends Authenticator<Sigv4Claim> {
  /** The first half of `read`. `format`: that of the error for a signature that cannot be read, where the signature does not decide it. */
  readSignature(exchange: Exchange, format?: RequestFormat): Signature | undefined;
}

/** `read` and `checkTime` are what differs between header and query. */
export function sigv4Authenticator(
  read: ReadSignature,
  checkTime: (signature: Signature, signedAtMs: number, nowMs: number, format: RequestFormat) => void,
): Sigv4Authenticator {
  return {
    readSignature: (exchange, format) => readSignature(read, exchange, format),
    read(exchange) {
      const signature = readSignature(read, exchange);
      if (signature === undefined) return undefined;
      noteService(exchange, signature.service);
      return claimOf(signature, exchange);
    },
    verify(claim, exchange) {
      const { key: signature } = claim;
      const { deps, format } = exchange;
      const now = deps.clock.now().getTime();
      const payloadHash = payloadHashOf(claim, exchange);
      checkTime(signature, timeOf(signature, format), now, format);
      const known = deps.identity.findSigningKey(signature.accessKeyId, signature.token);
      return known instanceof Promise
        ? known.then((found) => verifySignature(signature, found, payloadHash, now, exchange))
        : verifySignature(signature, known, payloadHash, now, exchange);
    },
    admit,
  };
}

function readSignature(read: ReadSignature, exchange: Exchange, format?: RequestFormat): Signature | undefined {
  const { head } = exchange.incoming;
  try {
    return read(head);
  } catch (error) {
    if (!(error instanceof MalformedSignature)) throw error;
    const { authorization } = head.headers;
    // The readable part of the scope still names the service.
    const [, signingName] = /\bCredential=(?:[^/,]*\/){3}([^/,]+)/.exec(authorization ?? '') ?? [];
    exchange.format = format ?? guessFormat(head, signingName);
    throw malformed(exchange.format, authorization === undefined ? 'query' : 'header', error);
  }
}

function claimOf(signature: Signature, { incoming, format, service }: Exchange): Sigv4Claim | Promise<Sigv4Claim> {
  const { payload, signing } = format.traits;
  if (signing?.correctsRegion && !isRegion.test(signature.region))
    throw wrongRegion(signature.region, defaultService.region);
  if (payload === 'declared') return { key: signature, gathered: undefined };
  const limit = documentLimitsOf(service?.name).bytes;
  return gather(incoming.stream, incoming.head.headers, format, limit).then((gathered) => ({
    key: signature,
    gathered,
  }));
}

/** The hash that is signed: computed where the body was gathered, else as the client declares it. */
function payloadHashOf({ key, gathered }: Sigv4Claim, { incoming, format }: Exchange): string {
  const declared = incoming.head.headers['x-amz-content-sha256'];
  if (gathered) {
    if (declared !== undefined && /^[0-9a-f]{64}$/.test(declared) && declared !== gathered.sha256)
      throw refusal('mismatch', format);
    return gathered.sha256;
  }
  if (declared === undefined && key.form === 'header') throw missingPayloadHash();
  return declared ?? 'UNSIGNED-PAYLOAD';
}

function timeOf(signature: Signature, format: RequestFormat): number {
  try {
    return signedAt(signature);
  } catch (error) {
    if (error instanceof MalformedSignature) throw malformed(format, signature.form, error);
    throw error;
  }
}

function verifySignature(
  signature: Signature,
  known: SigningKey | undefined,
  payloadHash: string,
  now: number,
  { incoming: { head }, format }: Exchange,
): Verified {
  if (!known) throw refusal(signature.token === undefined ? 'unknownKey' : 'unknownToken', format);
  const key = signingKey(known.secretAccessKey, signature);
  const expected = expectedSignature(signature, head, payloadHash, key, format.traits.signing?.encodesPathOnce);
  if (!isSameSignature(expected, signature.signature)) throw refusal('mismatch', format);
  const missing = unsignedHeaders(signature, head, format);
  if (missing.length > 0) throw unsigned(missing, format);
  if (known.expiration && known.expiration.getTime() <= now) throw refusal('expiredToken', format);
  return { principal: known.principal, signingKey: key };
}

/** Headers that must be signed and are not. The hash of the body is signed itself. */
function unsignedHeaders(
  { signedHeaders }: Signature,
  { headers }: RequestHead,
  { traits }: RequestFormat,
): readonly string[] {
  const missing = signedHeaders.includes('host') ? [] : ['host'];
  if (!traits.signing?.requiresAmzHeaders) return missing;
  for (const name of Object.keys(headers)) {
    if (name.startsWith('x-amz-') && name !== 'x-amz-content-sha256' && !signedHeaders.includes(name))
      missing.push(name);
  }
  return missing;
}

function admit(
  { key, gathered }: Sigv4Claim,
  { principal, signingKey: chunkKey }: Verified,
  { incoming: { head, stream } }: Exchange,
): Admitted {
  const { region } = key;
  if (gathered) return { request: { ...head, body: gathered.body }, principal, region };
  const { headers, body } = streamed(stream, head.headers, key, chunkKey);
  return { request: { ...head, headers, body }, principal, region };
}
