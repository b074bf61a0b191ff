/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectTagging.html */
import { versionAccess } from '../access.ts';
import type { S3Operation } from '../deps.ts';
import { changeVersion } from '../versions/changed-version.ts';
import { readTagSet, tagsColumn } from './object-tags.ts';

export const putObjectTagging: S3Operation<'PutObjectTagging'> = {
  audit: { data: true },
  access: versionAccess('s3:PutObjectTagging', 's3:PutObjectVersionTagging'),
  async handle(input, call, deps) {
    const tags = tagsColumn(readTagSet(input.Tagging.TagSet, call));
    return changeVersion(input, call, deps, () => ({ tags }));
  },
};
