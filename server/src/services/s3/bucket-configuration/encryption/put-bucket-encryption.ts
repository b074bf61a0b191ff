/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketEncryption.html. What could not be kept (other keys than the platform's, two layers) is refused by name. */
import type { ServerSideEncryptionRule } from '@aws-sdk/client-s3';
import type { Call } from '../../../../contract/call.ts';
import { conforms } from '../../../../models/validate.ts';
import { bucketAccess } from '../../access.ts';
import type { Bucket } from '../../buckets/bucket-cache.ts';
import type { S3Operation } from '../../deps.ts';
import { malformedXml } from '../../refusals.ts';
import { changeConfiguration } from '../change-configuration.ts';
import { putConfiguration } from '../configuration-store.ts';
import { isManagedKey } from './managed-key.ts';

export const putBucketEncryption: S3Operation<'PutBucketEncryption'> = {
  access: bucketAccess('s3:PutEncryptionConfiguration'),
  async handle(input, call, deps) {
    const configuration = input.ServerSideEncryptionConfiguration;
    const [rule] = configuration.Rules ?? [];
    const isWhole = conforms('s3', 'ServerSideEncryptionConfiguration', configuration);
    if (rule === undefined || configuration.Rules?.length !== 1 || !isWhole) throw malformedXml(call);
    await changeConfiguration(deps, call, input, (bucket) => {
      checkRule(rule, bucket, call);
      const kept = { ...rule, BucketKeyEnabled: rule.BucketKeyEnabled ?? false };
      return [putConfiguration(bucket, 'encryption', { Rules: [kept] })];
    });
    return {};
  },
};

function checkRule(rule: ServerSideEncryptionRule, bucket: Bucket, call: Call): void {
  const { SSEAlgorithm: algorithm, KMSMasterKeyID: key } = rule.ApplyServerSideEncryptionByDefault ?? {};
  if (algorithm === 'AES256' && key !== undefined) {
    throw call.error(
      'InvalidArgument',
      'a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse',
      { fields: { ArgumentName: 'ApplyServerSideEncryptionByDefault' } },
    );
  }
  if (algorithm !== undefined && algorithm !== 'AES256' && algorithm !== 'aws:kms') {
    throw notBuilt(call, `The SSEAlgorithm ${algorithm}`);
  }
  if (key !== undefined && !isManagedKey(key, bucket)) throw notBuilt(call, 'A KMSMasterKeyID other than alias/aws/s3');
  if (rule.BlockedEncryptionTypes?.EncryptionType?.some((type) => type !== 'NONE')) {
    throw notBuilt(call, 'BlockedEncryptionTypes');
  }
}

function notBuilt(call: Call, what: string) {
  return call.error('NotImplemented', `${what} is not implemented by Clary.`, { status: 501 });
}
