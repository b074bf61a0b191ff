/** Authenticates a request: checks the signature against the key in `identity`. Unsigned requests are handled in anonymous.ts. */
import type { KeyObject } from 'node:crypto';
import type { Identity, SigningKey } from '../contract/identity.ts';
import type { Principal } from '../contract/principal.ts';
import type { Clock } from '../kit/clock.ts';
import type { ProtocolName } from '../models/catalog.ts';
import { MalformedSignature } from '../wire/malformed-signature.ts';
import type { WireRequest } from '../wire/protocol.ts';
import { expectedSignature, isSameSignature, type Signature, signedAt, signingKey } from '../wire/sigv4.ts';
import { requestExpired } from './presigned.ts';
import { malformed, refusal, unsigned } from './refusals.ts';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html: fifteen minutes (S3), five elsewhere are usual; we give all fifteen. */
const maxSkewMs = 15 * 60_000;

export interface Authenticated {
  readonly principal: Principal;
  /** For signed chunks; absent if no signature is checked. */
  readonly key?: KeyObject;
}

export interface AuthenticationDeps {
  readonly identity: Identity;
  readonly clock: Clock;
}

function timeOf(signature: Signature, protocol: ProtocolName): number {
  try {
    return signedAt(signature);
  } catch (error) {
    if (error instanceof MalformedSignature) throw malformed(protocol, signature.form, error);
    throw error;
  }
}

function checkTime(signature: Signature, protocol: ProtocolName, now: number): void {
  const time = timeOf(signature, protocol);
  if (signature.form === 'query') {
    const endsAt = time + (signature.expires ?? 0) * 1000;
    if (now > endsAt) {
      if (protocol === 'rest-xml') throw requestExpired(endsAt, now, signature.expires);
      throw refusal('skewed', protocol, 'Request has expired');
    }
    if (time - now > maxSkewMs) throw refusal('denied', protocol, 'Request is not yet valid');
    return;
  }
  if (Math.abs(now - time) <= maxSkewMs) return;
  const compact = (ms: number) => new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '');
  const past = time < now;
  const text = past
    ? `Signature expired: ${signature.time} is now earlier than ${compact(now - maxSkewMs)} (${compact(now)} - 15 min.)`
    : `Signature not yet current: ${signature.time} is still later than ${compact(now + maxSkewMs)} (${compact(now)} + 15 min.)`;
  throw refusal('skewed', protocol, protocol === 'rest-xml' ? undefined : text);
}

/** Headers that must be signed and are not. S3 requires every header that it would act on; its hash of the body is signed itself. */
function unsignedHeaders(
  { signedHeaders }: Signature,
  { headers }: Pick<WireRequest, 'headers'>,
  protocol: ProtocolName,
): readonly string[] {
  const missing = signedHeaders.includes('host') ? [] : ['host'];
  if (protocol !== 'rest-xml') return missing;
  for (const name of Object.keys(headers)) {
    if (name.startsWith('x-amz-') && name !== 'x-amz-content-sha256' && !signedHeaders.includes(name))
      missing.push(name);
  }
  return missing;
}

/** Synchronous if `identity` is: every prediction passes through here. */
export function authenticate(
  signature: Signature,
  request: Omit<WireRequest, 'body'>,
  payloadHash: string,
  protocol: ProtocolName,
  { identity, clock }: AuthenticationDeps,
): Authenticated | Promise<Authenticated> {
  const now = clock.now().getTime();
  checkTime(signature, protocol, now);
  const check = (known: SigningKey | undefined): Authenticated => {
    if (!known) throw refusal(signature.token === undefined ? 'unknownKey' : 'unknownToken', protocol);
    const key = signingKey(known.secretAccessKey, signature);
    if (!isSameSignature(expectedSignature(signature, request, payloadHash, key), signature.signature)) {
      throw refusal('mismatch', protocol);
    }
    const missing = unsignedHeaders(signature, request, protocol);
    if (missing.length > 0) throw unsigned(missing, protocol);
    if (known.expiration && known.expiration.getTime() <= now) throw refusal('expiredToken', protocol);
    return { principal: known.principal, key };
  };
  const known = identity.findSigningKey(signature.accessKeyId, signature.token);
  return known instanceof Promise ? known.then(check) : check(known);
}
