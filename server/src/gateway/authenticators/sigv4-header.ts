/** Signature Version 4 in the Authorization header. */
import { readHeaderSignature, type Signature } from '../../wire/sigv4.ts';
import type { RequestFormat } from '../format.ts';
import { refusal } from '../refusals.ts';
import { maxSkewMs, sigv4Authenticator } from './sigv4.ts';

/** yyyymmddThhmmssZ */
const compact = (ms: number) => new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '');

function checkTime({ time }: Signature, signedAt: number, now: number, format: RequestFormat): void {
  if (Math.abs(now - signedAt) <= maxSkewMs) return;
  const text =
    signedAt < now
      ? `Signature expired: ${time} is now earlier than ${compact(now - maxSkewMs)} (${compact(now)} - 15 min.)`
      : `Signature not yet current: ${time} is still later than ${compact(now + maxSkewMs)} (${compact(now)} + 15 min.)`;
  throw refusal('skewed', format, format.traits.errors === 's3' ? undefined : text);
}

export const sigv4Header = sigv4Authenticator(readHeaderSignature, checkTime);
