/** Verifies a key that names no scope of a day and region: URLs of Signature Version 2, and browsers' forms. */
import type { Exchange } from '../exchange.ts';
import { refusal } from '../refusals.ts';
import type { ClaimedKey, Verified } from './authenticator.ts';

/** `shown`: what the error says of a signature that does not match. */
export async function verifyKnownKey(
  { accessKeyId, token }: ClaimedKey,
  isSigned: (secret: string) => boolean,
  { format, deps: { identity, clock } }: Exchange,
  shown: Record<string, unknown> = {},
): Promise<Verified> {
  const known = await identity.findSigningKey(accessKeyId, token);
  if (!known) throw refusal('unknownKey', format);
  if (!isSigned(known.secretAccessKey)) {
    const error = refusal('mismatch', format);
    Object.assign(error.fields, shown);
    throw error;
  }
  if (known.expiration && known.expiration.getTime() <= clock.now().getTime()) throw refusal('expiredToken', format);
  return { principal: known.principal };
}
