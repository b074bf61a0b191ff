/**
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectAcl.html: what says that the object is its bucket's owner's is taken; grants to others
 * are refused, whatever the bucket's ownership allows, since nobody would be let in by them.
 */
import { versionAccess } from '../access.ts';
import { grantsOfDocument, grantsOfHeaders, isOwnersOnly } from '../bucket-configuration/acl/grants.ts';
import type { S3Operation } from '../deps.ts';
import { getVersion } from '../versions/changed-version.ts';

export const putObjectAcl: S3Operation<'PutObjectAcl'> = {
  access: versionAccess('s3:PutObjectAcl', 's3:PutObjectVersionAcl'),
  async handle(input, call, deps) {
    const { bucket } = await getVersion(input, call, deps);
    const document = input.AccessControlPolicy;
    const inHeaders = grantsOfHeaders(input, bucket.account, call);
    if (inHeaders && document) throw call.error('UnexpectedContent', 'This request does not support content');
    const acl = inHeaders ?? (document && grantsOfDocument(document, bucket.account, call));
    if (acl === undefined) {
      const fields = { MissingHeaderName: 'x-amz-acl' };
      throw call.error('MissingSecurityHeader', 'Your request was missing a required header', { fields });
    }
    if (!isOwnersOnly(acl, bucket.account)) {
      throw call.error('AccessControlListNotSupported', 'The bucket does not allow ACLs');
    }
    return {};
  },
};
