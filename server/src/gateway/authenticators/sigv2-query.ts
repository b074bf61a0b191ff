/** Signature Version 2 in the query: the presigned URLs that boto3 and the AWS CLI still make for S3 (docs/decisions/0016-signature-version-2.md). */
import { expectedSignature2, type QuerySignature2, readSignature2 } from '../../wire/sigv2.ts';
import { isSameSignature } from '../../wire/sigv4.ts';
import { refuseWithoutLength } from '../body.ts';
import { defaultService } from '../format.ts';
import { noteDefaultService } from '../identify.ts';
import { expired, refusal } from '../refusals.ts';
import type { Authenticator, Claim } from './authenticator.ts';
import { verifyKnownKey } from './known-key.ts';

interface Sigv2Claim extends Claim {
  readonly signature: QuerySignature2;
}

export const sigv2Query: Authenticator<Sigv2Claim> = {
  read(exchange) {
    if (!defaultService.format.traits.signing?.acceptsVersion2) return undefined;
    const signature = readSignature2(exchange.incoming.head);
    if (signature === undefined) return undefined;
    noteDefaultService(exchange);
    if (signature === 'incomplete') {
      throw refusal(
        'denied',
        exchange.format,
        'Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters',
      );
    }
    const { accessKeyId, token } = signature;
    return { key: { accessKeyId, token, region: defaultService.region }, signature };
  },
  verify({ key, signature }, exchange) {
    const { incoming, format, deps } = exchange;
    const { expires } = signature;
    const now = deps.clock.now().getTime();
    if (!/^\d{1,11}$/.test(expires))
      throw refusal('denied', format, `Invalid date (should be seconds since epoch): ${expires}`);
    const endsAt = Number(expires) * 1000;
    if (now > endsAt) throw expired(format, endsAt, now);
    const isSigned = (secret: string) =>
      isSameSignature(expectedSignature2(incoming.head, signature, secret), signature.signature);
    return verifyKnownKey(key, isSigned, exchange);
  },
  admit({ key }, { principal }, { incoming: { head, stream } }) {
    refuseWithoutLength(head.headers);
    return { request: { ...head, body: stream }, principal, region: key.region };
  },
};
