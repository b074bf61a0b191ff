/** --any-credentials: the key that a request names decides who its caller is, and no signature is verified. */
import { rootArn } from '../../contract/arn.ts';
import type { Identity } from '../../contract/identity.ts';
import type { ClaimedKey, Verified } from './authenticator.ts';

/**
 * A key that was issued here belongs to its owner. A key of twelve digits is the root of the account with that number, any other key the root of
 * `defaultAccount`.
 */
export async function acceptAnyCredentials(
  { accessKeyId, token, region }: ClaimedKey,
  defaultAccount: string,
  identity: Identity,
): Promise<Verified> {
  const known = await identity.findSigningKey(accessKeyId, token);
  if (known) return { principal: known.principal };
  const account = /^\d{12}$/.test(accessKeyId) ? accessKeyId : defaultAccount;
  return { principal: { kind: 'root', account, arn: rootArn(region, account), userId: account, accessKeyId } };
}
