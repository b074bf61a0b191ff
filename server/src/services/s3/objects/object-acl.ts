/**
 * An object's own grants: kept in its document where they say more than that it is its bucket's owner's, whose all objects here are, whoever wrote
 * them. What they let others do is in ../authorization/object-grants.ts. https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html
 */
import type { AccessControlPolicy } from '@aws-sdk/client-s3';
import type { Call } from '../../../contract/call.ts';
import { objectArn } from '../access.ts';
import {
  type GrantInput,
  grantsOfHeaders,
  isOwnersOnly,
  isPublic,
  ownersOnly,
} from '../bucket-configuration/acl/grants.ts';
import { ownershipOf } from '../bucket-configuration/ownership-controls/ownership.ts';
import type { Bucket } from '../buckets/bucket-cache.ts';
import { accessDenied } from '../refusals.ts';
import type { ObjectRow } from '../tables.ts';
import { documentIn } from './object.ts';

/** What a write's headers grant. */
export function aclOfWrite(input: GrantInput & { readonly Key: string }, bucket: Bucket, call: Call) {
  const acl = grantsOfHeaders(input, bucket.account, call);
  return acl && checkedAcl(acl, bucket, input.Key, 's3:PutObject', call);
}

/** Undefined if it only says the default. */
export function checkedAcl(
  acl: AccessControlPolicy,
  bucket: Bucket,
  key: string,
  action: string,
  call: Call,
): AccessControlPolicy | undefined {
  if (isOwnersOnly(acl, bucket.account)) return undefined;
  if (ownershipOf(bucket) === 'BucketOwnerEnforced') {
    throw call.error('AccessControlListNotSupported', 'The bucket does not allow ACLs');
  }
  if (isPublic(acl) && bucket.configuration.publicAccessBlock?.BlockPublicAcls) {
    const because =
      'public access control lists (ACLs) are blocked by the BlockPublicAcls block public access setting.';
    throw accessDenied(call, action, objectArn(call, bucket.name, key), because);
  }
  return acl;
}

/** As answered: if the ownership setting disables grants, there are none. */
export function aclOf(row: Pick<ObjectRow, 'document'>, bucket: Bucket): AccessControlPolicy {
  const kept = ownershipOf(bucket) === 'BucketOwnerEnforced' ? undefined : documentIn(row).acl;
  return kept ?? ownersOnly(bucket.account);
}
