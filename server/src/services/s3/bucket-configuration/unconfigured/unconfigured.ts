/** Settings that cannot be configured here: reading them answers what S3 answers for a bucket without that setting. */
import type { Call } from '../../../../contract/call.ts';
import type { Access } from '../../../../contract/operation.ts';
import { bucketAccess } from '../../access.ts';
import { type BucketInput, getBucket } from '../../buckets/bucket.ts';
import type { S3Deps } from '../../deps.ts';
import { notConfigured } from '../../refusals.ts';

interface Question<Answer> {
  access(input: Partial<BucketInput>, call: Call): Access[];
  handle(input: BucketInput, call: Call, deps: S3Deps): Promise<Answer>;
}

export function unconfigured<Answer>(action: string, answer: Answer): Question<Answer> {
  return {
    access: bucketAccess(action),
    async handle(input, call, deps) {
      await getBucket(deps, call, input);
      return answer;
    },
  };
}

export function notFound(action: string, code: string, message: string): Question<never> {
  return {
    access: bucketAccess(action),
    async handle(input, call, deps) {
      const { name } = await getBucket(deps, call, input);
      throw notConfigured(call, name, code, message);
    },
  };
}

/** Of the settings that a bucket may have many of, each with an id. */
export function noSuchId(action: string): Question<never> {
  return {
    access: bucketAccess(action),
    async handle(input, call, deps) {
      await getBucket(deps, call, input);
      throw call.error('NoSuchConfiguration', 'The specified configuration does not exist.', { status: 404 });
    },
  };
}
