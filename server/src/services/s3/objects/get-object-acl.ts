/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAcl.html: objects are their bucket's owner's, whole. */
import { versionAccess } from '../access.ts';
import { ownersOnly } from '../bucket-configuration/acl/grants.ts';
import type { S3Operation } from '../deps.ts';
import { getVersion } from '../versions/changed-version.ts';

export const getObjectAcl: S3Operation<'GetObjectAcl'> = {
  access: versionAccess('s3:GetObjectAcl', 's3:GetObjectVersionAcl'),
  async handle(input, call, deps) {
    const { bucket } = await getVersion(input, call, deps);
    return ownersOnly(bucket.account);
  },
};
