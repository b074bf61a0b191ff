/** Whose request this is: the signature checked against the key that identity knows. There is no anonymous door. */
import type { KeyObject } from 'node:crypto';
import type { Identity, SigningKey } from '../contract/identity.ts';
import type { Principal } from '../contract/principal.ts';
import type { Clock } from '../kit/clock.ts';
import type { ProtocolName } from '../models/catalog.ts';
import type { WireRequest } from '../wire/protocol.ts';
import { expectedSignature, isSameSignature, type Signature, signatureTime, signingKey } from '../wire/sigv4.ts';
import { requestExpired } from './presigned.ts';
import { refusal } from './refusals.ts';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html: fifteen minutes (S3), five elsewhere are usual; we give all fifteen. */
const maxSkewMs = 15 * 60_000;

export interface Authenticated {
  readonly principal: Principal;
  /** For signed chunks. */
  readonly key: KeyObject;
}

export interface AuthenticationDeps {
  readonly identity: Identity;
  readonly clock: Clock;
}

function checkTime(signature: Signature, protocol: ProtocolName, now: number): void {
  const signedAt = signatureTime(signature.time);
  if (Number.isNaN(signedAt) || !signature.time.startsWith(signature.date)) {
    throw refusal(
      'malformed',
      protocol,
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${signature.date}' != '${signature.time}'`,
    );
  }
  if (signature.form === 'query') {
    const endsAt = signedAt + (signature.expires ?? 0) * 1000;
    if (now > endsAt) {
      if (protocol === 'rest-xml') throw requestExpired(endsAt, now, signature.expires);
      throw refusal('skewed', protocol, 'Request has expired');
    }
    if (signedAt - now > maxSkewMs) throw refusal('denied', protocol, 'Request is not yet valid');
    return;
  }
  if (Math.abs(now - signedAt) <= maxSkewMs) return;
  const compact = (ms: number) => new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '');
  const past = signedAt < now;
  const text = past
    ? `Signature expired: ${signature.time} is now earlier than ${compact(now - maxSkewMs)} (${compact(now)} - 15 min.)`
    : `Signature not yet current: ${signature.time} is still later than ${compact(now + maxSkewMs)} (${compact(now)} + 15 min.)`;
  throw refusal('skewed', protocol, protocol === 'rest-xml' ? undefined : text);
}

/** Synchronous where identity answers synchronously: this is on the way of every prediction. */
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
    if (!known) throw refusal('unknownKey', protocol);
    const key = signingKey(known.secretAccessKey, signature);
    if (!signature.signedHeaders.includes('host')) throw refusal('mismatch', protocol);
    if (!isSameSignature(expectedSignature(signature, request, payloadHash, key), signature.signature)) {
      throw refusal('mismatch', protocol);
    }
    if (known.expiration && known.expiration.getTime() <= now) throw refusal('expiredToken', protocol);
    return { principal: known.principal, key };
  };
  const known = identity.findSigningKey(signature.accessKeyId, signature.token);
  return known instanceof Promise ? known.then(check) : check(known);
}
