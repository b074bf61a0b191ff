/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjectTagging.html */
import { versionAccess } from '../access.ts';
import type { S3Operation } from '../deps.ts';
import { changeVersion } from '../versions/changed-version.ts';

export const deleteObjectTagging: S3Operation<'DeleteObjectTagging'> = {
  audit: { data: true },
  access: versionAccess('s3:DeleteObjectTagging', 's3:DeleteObjectVersionTagging'),
  async handle(input, call, deps) {
    return changeVersion(input, call, deps, () => ({ tags: null }));
  },
};
