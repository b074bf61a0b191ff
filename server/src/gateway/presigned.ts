/** Presigned URLs: when they end, and those of Signature Version 2, which S3 alone takes. */
import { AwsError } from '../contract/aws-error.ts';
import type { SigningKey } from '../contract/identity.ts';
import type { Principal } from '../contract/principal.ts';
import type { WireRequest, WireResponse } from '../wire/protocol.ts';
import { expectedSignature2, type QuerySignature2 } from '../wire/sigv2.ts';
import { isSameSignature } from '../wire/sigv4.ts';
import type { AuthenticationDeps } from './authenticate.ts';
import { refusal } from './refusals.ts';

/** A request that may be parsed and performed. */
export interface Admitted {
  readonly request: WireRequest;
  readonly principal: Principal;
  readonly service: string;
  readonly region: string;
  /** Where the answer has another form than the operation's. */
  readonly finish?: (answer: WireResponse) => WireResponse;
}

/** Signatures without a scope are for S3's first region. */
export const unscoped = { service: 's3', region: 'us-east-1' };

const inSeconds = (ms: number) => new Date(ms).toISOString().replace(/\.\d+/, '');

/** Observed: S3 returns the time of expiry and its own time. */
export function requestExpired(endedAt: number, now: number, lifetime?: number): AwsError {
  return new AwsError('AccessDenied', 'Request has expired', {
    status: 403,
    fields: {
      ...(lifetime === undefined ? {} : { 'X-Amz-Expires': lifetime }),
      Expires: inSeconds(endedAt),
      ServerTime: inSeconds(now),
    },
  });
}

/** The key that a form or URL of S3's names, and whether it may still be used. */
export async function knownKey(
  { identity, clock }: AuthenticationDeps,
  accessKeyId: string,
  token: string | undefined,
  isSigned: (secret: string) => boolean,
  shown: Record<string, unknown> = {},
): Promise<SigningKey> {
  const known = await identity.findSigningKey(accessKeyId, token);
  if (!known) throw refusal('unknownKey', 'rest-xml');
  if (!isSigned(known.secretAccessKey)) {
    const error = refusal('mismatch', 'rest-xml');
    Object.assign(error.fields, shown);
    throw error;
  }
  if (known.expiration && known.expiration.getTime() <= clock.now().getTime())
    throw refusal('expiredToken', 'rest-xml');
  return known;
}

export async function authenticate2(
  head: Omit<WireRequest, 'body'>,
  signature: QuerySignature2 | 'incomplete',
  deps: AuthenticationDeps,
): Promise<Principal> {
  if (signature === 'incomplete') {
    throw refusal(
      'denied',
      'rest-xml',
      'Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters',
    );
  }
  const { expires, accessKeyId, token } = signature;
  const now = deps.clock.now().getTime();
  if (!/^\d{1,11}$/.test(expires))
    throw refusal('denied', 'rest-xml', `Invalid date (should be seconds since epoch): ${expires}`);
  const endsAt = Number(expires) * 1000;
  if (now > endsAt) throw requestExpired(endsAt, now);
  const { principal } = await knownKey(deps, accessKeyId, token, (secret) =>
    isSameSignature(expectedSignature2(head, signature, secret), signature.signature),
  );
  return principal;
}
