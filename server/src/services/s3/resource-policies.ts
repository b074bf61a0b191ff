/** Gives each permission that an operation asks for the policy of its bucket, which has a say in it. No operation has to think of it. */
import type { Access } from '../../contract/operation.ts';
import type { OperationTable } from '../../contract/service.ts';
import type { Bucket, BucketCache } from './buckets/bucket-cache.ts';
import { withChangedAccess } from './changed-access.ts';
import type { S3Deps } from './deps.ts';

export const withResourcePolicies = (table: OperationTable<'s3', S3Deps>) =>
  withChangedAccess(table, (access, _input, _call, deps) => attachPolicies(access, deps.buckets));

/** Synchronous where the buckets are remembered, and the list as it was where none has a policy. */
export function attachPolicies(
  access: readonly Access[],
  buckets: BucketCache,
): readonly Access[] | Promise<readonly Access[]> {
  const found = new Map<string, ReturnType<BucketCache['find']>>();
  for (const one of access) {
    const name = bucketOf(one);
    if (name !== undefined && !found.has(name)) found.set(name, buckets.find(name));
  }
  const pending = [...found.values()].some((bucket) => bucket instanceof Promise);
  if (!pending) return attachFound(access, found as Map<string, Bucket | undefined>);
  const names = [...found.keys()];
  return Promise.all(found.values()).then((loaded) =>
    attachFound(access, new Map(names.map((name, at) => [name, loaded[at]]))),
  );
}

function attachFound(access: readonly Access[], buckets: ReadonlyMap<string, Bucket | undefined>): readonly Access[] {
  if (![...buckets.values()].some((bucket) => bucket?.configuration.policy)) return access;
  return access.map((one) => {
    const bucket = buckets.get(bucketOf(one) ?? '');
    const policy = bucket?.configuration.policy?.Policy;
    return bucket && policy ? { ...one, resourcePolicy: { document: policy, account: bucket.account } } : one;
  });
}

const prefix = 'arn:aws:s3:::';

/** A name that is taken is no business of its owner's policy. */
function bucketOf({ action, resource }: Access): string | undefined {
  if (action === 's3:CreateBucket' || !resource.startsWith(prefix)) return undefined;
  const slash = resource.indexOf('/');
  return resource.slice(prefix.length, slash === -1 ? undefined : slash) || undefined;
}
