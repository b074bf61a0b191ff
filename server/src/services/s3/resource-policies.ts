/** Gives each permission that an operation asks for the policy of its bucket, which has a say in it. No operation has to think of it. */
import type { Call } from '../../contract/call.ts';
import type { Access, Operation } from '../../contract/operation.ts';
import type { OperationTable } from '../../contract/service.ts';
import type { Bucket, BucketCache } from './buckets/bucket-cache.ts';
import type { S3Deps } from './deps.ts';

type Table = OperationTable<'s3', S3Deps>;
type AnyOperation = Operation<'s3', never, S3Deps>;

export function withResourcePolicies(table: Table): Table {
  const entries = Object.entries(table) as [string, AnyOperation][];
  return Object.fromEntries(entries.map(([name, operation]) => [name, withPolicies(operation)])) as Table;
}

function withPolicies(operation: AnyOperation): AnyOperation {
  return {
    access(input, call: Call, deps) {
      const access = operation.access(input, call, deps);
      return access instanceof Promise
        ? access.then((asked) => attachPolicies(asked, deps.buckets))
        : attachPolicies(access, deps.buckets);
    },
    handle: (input, call, deps) => operation.handle(input, call, deps),
  };
}

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
