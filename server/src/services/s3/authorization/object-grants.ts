/**
 * Gives the permissions that an operation asks for on objects what the objects' own grants say of them. Only in buckets whose ownership lets objects
 * have grants. No operation has to think of it. https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#permissions
 */
import type { Permission } from '@aws-sdk/client-s3';
import type { Call } from '../../../contract/call.ts';
import type { Access } from '../../../contract/operation.ts';
import { objectIn } from '../access.ts';
import { principalOf } from '../bucket-configuration/acl/effect.ts';
import { ownershipOf } from '../bucket-configuration/ownership-controls/ownership.ts';
import type { Bucket } from '../buckets/bucket-cache.ts';
import type { S3Deps } from '../deps.ts';
import { documentIn } from '../objects/object.ts';
import { findObject } from '../objects/object-store.ts';
import { findVersion } from '../versions/version-store.ts';
import type { ChangeAccess } from './change-access.ts';

const permissions: Readonly<Record<string, Permission>> = {
  's3:GetObject': 'READ',
  's3:GetObjectVersion': 'READ',
  's3:GetObjectAcl': 'READ_ACP',
  's3:GetObjectVersionAcl': 'READ_ACP',
  's3:PutObjectAcl': 'WRITE_ACP',
  's3:PutObjectVersionAcl': 'WRITE_ACP',
};

export const addObjectGrants: ChangeAccess = (access, input, call, deps) => {
  if (!access.some((one) => isAsked(one, call, deps))) return access;
  const { VersionId: versionId } = input as { readonly VersionId?: string };
  return Promise.all(access.map((one) => withGrants(one, versionId, call.account, deps)));
};

/** As far as that is known at once: a bucket that is not remembered is looked at. */
function isAsked({ action, resource }: Access, { principal }: Call, { buckets }: S3Deps): boolean {
  const place = permissions[action] === undefined ? undefined : objectIn(resource);
  if (place === undefined) return false;
  const bucket = buckets.find(place.bucket);
  if (bucket instanceof Promise) return true;
  // The owner's root needs no grant.
  if (bucket === undefined || (principal.kind === 'root' && principal.account === bucket.account)) return false;
  return ownershipOf(bucket) !== 'BucketOwnerEnforced';
}

async function withGrants(one: Access, versionId: string | undefined, account: string, deps: S3Deps): Promise<Access> {
  const place = objectIn(one.resource);
  const permission = permissions[one.action];
  const bucket = place && (await deps.buckets.find(place.bucket));
  if (!bucket || permission === undefined || ownershipOf(bucket) === 'BucketOwnerEnforced') return one;
  const row =
    versionId === undefined
      ? await findObject(deps.database, place.bucket, place.key)
      : await findVersion(deps.database, place.bucket, place.key, versionId);
  const principals = row === undefined ? [] : granted(row, permission, bucket, account);
  if (principals.length === 0) return one;
  return allowedTo(one, principals, bucket.account);
}

/** The permission with the resource's policy extended: these principals are allowed it, unless something denies it. */
export function allowedTo(one: Access, principals: readonly unknown[], account: string): Access {
  const { document = '{"Version":"2012-10-17","Statement":[]}' } = one.resourcePolicy ?? {};
  const policy = JSON.parse(document) as { readonly Statement: unknown };
  const Statement = [
    policy.Statement,
    principals.map((Principal) => ({ Effect: 'Allow', Principal, Action: one.action, Resource: one.resource })),
  ].flat();
  return { ...one, resourcePolicy: { account, document: JSON.stringify({ ...policy, Statement }) } };
}

function granted(row: { readonly document: string }, wanted: Permission, bucket: Bucket, account: string) {
  if (row.document === '') return [];
  const { Grants: grants = [] } = documentIn(row).acl ?? {};
  return grants.flatMap(({ Grantee: grantee, Permission: permission }) => {
    if (!grantee || (permission !== wanted && permission !== 'FULL_CONTROL')) return [];
    return principalOf(grantee, bucket, account) ?? [];
  });
}
