/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketOwnershipControls.html */
import { conforms } from '../../../../models/validate.ts';
import { bucketAccess } from '../../access.ts';
import type { S3Operation } from '../../deps.ts';
import { malformedXml } from '../../refusals.ts';
import { grantsOthers } from '../acl/grants.ts';
import { changeConfiguration } from '../change-configuration.ts';
import { putConfiguration, requireConfiguration } from '../configuration-store.ts';
import { aclAgainstOwnership } from './ownership.ts';

export const putBucketOwnershipControls: S3Operation<'PutBucketOwnershipControls'> = {
  access: bucketAccess('s3:PutBucketOwnershipControls'),
  async handle(input, call, deps) {
    const controls = input.OwnershipControls;
    const [rule] = controls.Rules ?? [];
    if (controls.Rules?.length !== 1 || !conforms('s3', 'OwnershipControls', controls)) throw malformedXml(call);
    await changeConfiguration(deps, call, input, (bucket) => {
      if (rule?.ObjectOwnership === 'BucketOwnerEnforced' && grantsOthers(bucket)) throw aclAgainstOwnership(call);
      return [
        requireConfiguration(bucket, 'acl', bucket.configuration),
        putConfiguration(bucket, 'ownershipControls', controls),
      ];
    });
    return {};
  },
};
