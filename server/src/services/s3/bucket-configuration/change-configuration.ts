/** Reading, setting and deleting what a bucket is set to: the same for every kind. */
import type { Call } from '../../../contract/call.ts';
import type { PlatformEvent } from '../../../contract/event.ts';
import type { Access } from '../../../contract/operation.ts';
import { Conflict, type Statement } from '../../../storage/database.ts';
import { bucketAccess } from '../access.ts';
import { type BucketInput, getBucket } from '../buckets/bucket.ts';
import type { Bucket } from '../buckets/bucket-cache.ts';
import type { S3Deps } from '../deps.ts';
import { conflictingOperation, notConfigured } from '../refusals.ts';
import { putConfiguration, removeConfiguration } from './configuration-store.ts';
import { type Configurations, type Kind, missing } from './kinds.ts';

const attempts = 10;

/** Decides by the bucket as it is and writes; where another write came between, decides again. */
export async function changeConfiguration(
  deps: S3Deps,
  call: Call,
  input: BucketInput,
  decide: (bucket: Bucket) => readonly Statement[],
  eventsOf: (bucket: Bucket) => readonly PlatformEvent[] = () => [],
): Promise<void> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const bucket = await getBucket(deps, call, input);
    try {
      await deps.outbox.write(decide(bucket), ...eventsOf(bucket));
      return;
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
    } finally {
      deps.buckets.forget(input.Bucket);
    }
  }
  throw conflictingOperation(call);
}

export function setConfiguration<K extends Kind>(
  deps: S3Deps,
  call: Call,
  input: BucketInput,
  kind: K,
  value: Configurations[K],
): Promise<void> {
  return changeConfiguration(deps, call, input, (bucket) => [putConfiguration(bucket, kind, value)]);
}

export async function getConfiguration<K extends keyof typeof missing>(
  deps: S3Deps,
  call: Call,
  input: BucketInput,
  kind: K,
): Promise<Configurations[K]> {
  const { name, configuration } = await getBucket(deps, call, input);
  const value: Configurations[K] | undefined = configuration[kind];
  if (value === undefined) {
    const [code, message] = missing[kind];
    throw notConfigured(call, name, code, message);
  }
  return value;
}

interface Deletion {
  access(input: Partial<BucketInput>, call: Call): Access[];
  handle(input: BucketInput, call: Call, deps: S3Deps): Promise<object>;
}

/** An operation that deletes one kind; what is not there is deleted as well. */
export function deletion(kind: Kind, action: string): Deletion {
  return {
    access: bucketAccess(action),
    async handle(input, call, deps) {
      await changeConfiguration(deps, call, input, (bucket) => [removeConfiguration(bucket, kind)]);
      return {};
    },
  };
}
