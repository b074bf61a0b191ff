/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketCors.html */
import { bucketAccess } from '../../access.ts';
import type { S3Operation } from '../../deps.ts';
import { setConfiguration } from '../change-configuration.ts';
import { checkCorsRules } from './cors-rules.ts';

export const putBucketCors: S3Operation<'PutBucketCors'> = {
  access: bucketAccess('s3:PutBucketCORS'),
  async handle(input, call, deps) {
    const rules = input.CORSConfiguration.CORSRules ?? [];
    checkCorsRules(rules, call);
    await setConfiguration(deps, call, input, 'cors', { CORSRules: rules });
    return {};
  },
};
