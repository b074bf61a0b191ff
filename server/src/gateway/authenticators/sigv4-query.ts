/** Signature Version 4 in the query: presigned URLs. */
import { readQuerySignature, type Signature } from '../../wire/sigv4.ts';
import type { RequestFormat } from '../format.ts';
import { expired, refusal } from '../refusals.ts';
import { maxSkewMs, sigv4Authenticator } from './sigv4.ts';

function checkTime({ expires }: Signature, signedAt: number, now: number, format: RequestFormat): void {
  const endsAt = signedAt + (expires ?? 0) * 1000;
  if (now > endsAt) throw expired(format, endsAt, now, expires);
  if (signedAt - now > maxSkewMs) throw refusal('denied', format, 'Request is not yet valid');
}

export const sigv4Query = sigv4Authenticator(readQuerySignature, checkTime);
