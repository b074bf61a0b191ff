/** Adds the bucket's policy and grants to each permission that an operation needs, so that no operation has to do it. */
import type { Access } from '../../../contract/operation.ts';
import { ownershipOf } from '../bucket-configuration/ownership-controls/ownership.ts';
import { effectivePolicy } from '../bucket-configuration/policy/effective-policy.ts';
import type { Bucket, BucketCache } from '../buckets/bucket-cache.ts';
import type { ChangeAccess } from './change-access.ts';

export const addBucketPolicies: ChangeAccess = (access, _input, call, deps) =>
  attachPolicies(access, call.account, deps.buckets);

/** Synchronous where the buckets are remembered, and the list as it was where none has a policy. */
export function attachPolicies(
  access: readonly Access[],
  account: string,
  buckets: BucketCache,
): readonly Access[] | Promise<readonly Access[]> {
  const found = new Map<string, ReturnType<BucketCache['find']>>();
  for (const one of access) {
    const name = bucketOf(one);
    if (name !== undefined && !found.has(name)) found.set(name, buckets.find(name));
  }
  const pending = [...found.values()].some((bucket) => bucket instanceof Promise);
  if (!pending) return attachFound(access, account, found as Map<string, Bucket | undefined>);
  const names = [...found.keys()];
  return Promise.all(found.values()).then((loaded) =>
    attachFound(access, account, new Map(names.map((name, at) => [name, loaded[at]]))),
  );
}

function attachFound(
  access: readonly Access[],
  account: string,
  buckets: ReadonlyMap<string, Bucket | undefined>,
): readonly Access[] {
  const hasSay = (bucket: Bucket | undefined) =>
    bucket && (bucket.configuration.policy ?? bucket.configuration.acl ?? isForeign(bucket, account));
  if (![...buckets.values()].some(hasSay)) return access;
  return access.map((one) => {
    const bucket = buckets.get(bucketOf(one) ?? '');
    const document = bucket && effectivePolicy(bucket, account);
    return bucket && (document !== undefined || isForeign(bucket, account))
      ? { ...one, resourcePolicy: { document, account: bucket.account } }
      : one;
  });
}

/** An object's grant may allow such a caller. */
function isForeign(bucket: Bucket, account: string): boolean {
  return bucket.account !== account && ownershipOf(bucket) !== 'BucketOwnerEnforced';
}

const prefix = /^arn:aws[a-z-]*:s3:::/;

/** CreateBucket for a name that exists answers BucketAlreadyExists before any bucket policy is evaluated. */
function bucketOf({ action, resource }: Access): string | undefined {
  if (action === 's3:CreateBucket' || !prefix.test(resource)) return undefined;
  return resource.replace(prefix, '').split('/', 1)[0] || undefined;
}
