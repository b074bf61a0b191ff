/**
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectAcl.html: what says that the object is its bucket's owner's is taken; grants to others
 * are refused, whatever the bucket's ownership allows, since nobody would be let in by them.
 */
import { versionAccess } from '../access.ts';
import { grantsOf, isOwnersOnly } from '../bucket-configuration/acl/grants.ts';
import type { S3Operation } from '../deps.ts';
import { getVersion } from '../versions/changed-version.ts';

export const putObjectAcl: S3Operation<'PutObjectAcl'> = {
  access: versionAccess('s3:PutObjectAcl', 's3:PutObjectVersionAcl'),
  async handle(input, call, deps) {
    const { bucket } = await getVersion(input, call, deps);
    const acl = grantsOf(input, bucket.account, call);
    if (!isOwnersOnly(acl, bucket.account)) {
      throw call.error('AccessControlListNotSupported', 'The bucket does not allow ACLs');
    }
    return {};
  },
};
