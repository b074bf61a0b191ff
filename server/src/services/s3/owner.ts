/** Who owns buckets and objects: the account, as the canonical user id that S3 shows instead of the account's number. */
import { hash } from 'node:crypto';

export function ownerOf(account: string): { ID: string } {
  return { ID: hash('sha256', `canonical user ${account}`) };
}
