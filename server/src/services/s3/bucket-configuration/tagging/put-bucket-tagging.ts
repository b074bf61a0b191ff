/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketTagging.html: no tags are as good as a deletion (observed). */
import { bucketAccess } from '../../access.ts';
import type { S3Operation } from '../../deps.ts';
import { changeConfiguration } from '../change-configuration.ts';
import { putConfiguration, removeConfiguration } from '../configuration-store.ts';
import { checkTags } from './tags.ts';

export const putBucketTagging: S3Operation<'PutBucketTagging'> = {
  access: bucketAccess('s3:PutBucketTagging'),
  async handle(input, call, deps) {
    const tags = input.Tagging.TagSet ?? [];
    checkTags(tags, call);
    await changeConfiguration(deps, call, input, (bucket) => [
      tags.length === 0
        ? removeConfiguration(bucket, 'tagging')
        : putConfiguration(bucket, 'tagging', { TagSet: tags }),
    ]);
    return {};
  },
};
