/**
 * Gives the permissions that an operation asks for on objects the objects' tags, for `s3:ExistingObjectTag/…`. Only where a policy may ask for
 * them: the account's own root needs no permission, unless its bucket has a policy. No operation has to do it.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/tagging-and-policies.html
 */
import type { Call } from '../../../contract/call.ts';
import type { Access } from '../../../contract/operation.ts';
import { objectIn } from '../access.ts';
import type { S3Deps } from '../deps.ts';
import { findObject } from '../objects/object-store.ts';
import { tagsIn } from '../objects/object-tags.ts';
import { findVersion } from '../versions/version-store.ts';
import type { ChangeAccess } from './change-access.ts';

/** Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html, the actions that know the key. */
const actions = new Set([
  's3:DeleteObjectTagging',
  's3:DeleteObjectVersionTagging',
  's3:GetObject',
  's3:GetObjectAcl',
  's3:GetObjectAttributes',
  's3:GetObjectTagging',
  's3:GetObjectVersion',
  's3:GetObjectVersionAcl',
  's3:GetObjectVersionAttributes',
  's3:GetObjectVersionTagging',
  's3:PutObjectAcl',
  's3:PutObjectTagging',
  's3:PutObjectVersionAcl',
  's3:PutObjectVersionTagging',
]);

export const addObjectTags: ChangeAccess = (access, input, call, deps) => {
  if (!access.some((one) => isAsked(one, call, deps))) return access;
  return attachTags(access, (input as { VersionId?: string }).VersionId, call, deps);
};

/** Whether a policy may use the tags. True for a bucket that is not cached. */
function isAsked({ action, resource }: Access, call: Call, { buckets }: S3Deps): boolean {
  const place = actions.has(action) ? objectIn(resource) : undefined;
  if (!place || call.principal.kind !== 'root') return place !== undefined;
  const bucket = buckets.find(place.bucket);
  return bucket instanceof Promise || bucket?.configuration.policy !== undefined;
}

async function attachTags(
  access: readonly Access[],
  versionId: string | undefined,
  call: Call,
  deps: S3Deps,
): Promise<readonly Access[]> {
  return Promise.all(
    access.map(async (one) => {
      const place = actions.has(one.action) ? objectIn(one.resource) : undefined;
      if (!place) return one;
      const bucket = await deps.buckets.find(place.bucket);
      if (!bucket || (call.principal.kind === 'root' && bucket.configuration.policy === undefined)) return one;
      const row =
        versionId === undefined
          ? await findObject(deps.database, place.bucket, place.key)
          : await findVersion(deps.database, place.bucket, place.key, versionId);
      const tags = row ? tagsIn(row).map(([key, value]) => [`s3:ExistingObjectTag/${key}`, value]) : [];
      return tags.length === 0 ? one : { ...one, context: { ...one.context, ...Object.fromEntries(tags) } };
    }),
  );
}
