/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAcl.html */
import { versionAccess } from '../access.ts';
import type { S3Operation } from '../deps.ts';
import { getVersion } from '../versions/changed-version.ts';
import { aclOf } from './object-acl.ts';

export const getObjectAcl: S3Operation<'GetObjectAcl'> = {
  audit: { data: true },
  access: versionAccess('s3:GetObjectAcl', 's3:GetObjectVersionAcl'),
  async handle(input, call, deps) {
    const { bucket, row } = await getVersion(input, call, deps);
    return aclOf(row, bucket);
  },
};
