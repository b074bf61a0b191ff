/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketAcl.html */
import { bucketAccess, bucketArn } from '../../access.ts';
import type { S3Operation } from '../../deps.ts';
import { accessDenied } from '../../refusals.ts';
import { changeConfiguration } from '../change-configuration.ts';
import { putConfiguration, requireConfiguration } from '../configuration-store.ts';
import { ownershipOf } from '../ownership-controls/ownership.ts';
import { grantsOf, isOwnersOnly, isPublic } from './grants.ts';

export const putBucketAcl: S3Operation<'PutBucketAcl'> = {
  access: bucketAccess('s3:PutBucketAcl'),
  async handle(input, call, deps) {
    await changeConfiguration(deps, call, input, (bucket) => {
      const { account, name, configuration } = bucket;
      const acl = grantsOf(input, account, call);
      if (ownershipOf(bucket) === 'BucketOwnerEnforced' && !isOwnersOnly(acl, account)) {
        throw call.error('AccessControlListNotSupported', 'The bucket does not allow ACLs');
      }
      if (isPublic(acl) && configuration.publicAccessBlock?.BlockPublicAcls) {
        const because =
          'public access control lists (ACLs) are blocked by the BlockPublicAcls block public access setting.';
        throw accessDenied(call, 's3:PutBucketAcl', bucketArn(bucket, name), because);
      }
      return [
        requireConfiguration(bucket, 'ownershipControls', configuration),
        requireConfiguration(bucket, 'publicAccessBlock', configuration),
        putConfiguration(bucket, 'acl', acl),
      ];
    });
    return {};
  },
};
