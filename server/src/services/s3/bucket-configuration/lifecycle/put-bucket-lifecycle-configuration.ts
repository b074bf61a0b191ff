/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html. Transitions are checked and kept; nothing is moved, as all classes are one disk here. */
import type { TransitionDefaultMinimumObjectSize } from '@aws-sdk/client-s3';
import { uuid } from '../../../../kit/ids.ts';
import { bucketAccess } from '../../access.ts';
import type { S3Operation } from '../../deps.ts';
import { invalidRequest } from '../../refusals.ts';
import { setConfiguration } from '../change-configuration.ts';
import { checkLifecycleRules } from './lifecycle-validation.ts';

const minimumSizes: readonly string[] = [
  'all_storage_classes_128K',
  'varies_by_storage_class',
] satisfies TransitionDefaultMinimumObjectSize[];

export const putBucketLifecycleConfiguration: S3Operation<'PutBucketLifecycleConfiguration'> = {
  access: bucketAccess('s3:PutLifecycleConfiguration'),
  async handle(input, call, deps) {
    const size = input.TransitionDefaultMinimumObjectSize ?? 'all_storage_classes_128K';
    if (!minimumSizes.includes(size)) {
      throw invalidRequest(call, `Invalid TransitionDefaultMinimumObjectSize found: ${size}`);
    }
    const given = input.LifecycleConfiguration?.Rules ?? [];
    checkLifecycleRules(given, call);
    // Ids of S3's making are a UUID's Base64 (observed).
    const rules = given.map((rule) => ({ ...rule, ID: rule.ID || Buffer.from(uuid()).toString('base64') }));
    await setConfiguration(deps, call, input, 'lifecycle', { Rules: rules, TransitionDefaultMinimumObjectSize: size });
    deps.applyRules(input.Bucket);
    return { TransitionDefaultMinimumObjectSize: size };
  },
};
