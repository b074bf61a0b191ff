/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectTagging.html */
import { versionAccess } from '../access.ts';
import type { S3Operation } from '../deps.ts';
import { getVersion } from '../versions/changed-version.ts';
import { tagsIn } from './object-tags.ts';
import { versionMember } from './store-object.ts';

export const getObjectTagging: S3Operation<'GetObjectTagging'> = {
  audit: { data: true },
  access: versionAccess('s3:GetObjectTagging', 's3:GetObjectVersionTagging'),
  async handle(input, call, deps) {
    const { bucket, row } = await getVersion(input, call, deps);
    return { TagSet: tagsIn(row).map(([Key, Value]) => ({ Key, Value })), ...versionMember(bucket, row) };
  },
};
