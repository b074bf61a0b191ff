/** What every example needs first: a bucket and an execution role that may use this bucket and nothing else. */
import { CreateRoleCommand, EntityAlreadyExistsException, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { iam, s3, sts } from './clients.ts';

export interface Foundation {
  readonly bucket: string;
  readonly roleArn: string;
}

export async function layFoundation(name: string): Promise<Foundation> {
  const { Account: account } = await sts.send(new GetCallerIdentityCommand({}));
  const region = await s3.config.region();
  const bucket = `${name}-${account}-${region}`;
  await s3
    .send(
      new CreateBucketCommand({
        Bucket: bucket,
        ...(region === 'us-east-1' ? {} : { CreateBucketConfiguration: { LocationConstraint: region as 'eu-west-1' } }),
      }),
    )
    .catch((error: Error) => {
      if (error.name !== 'BucketAlreadyOwnedByYou') throw error;
    });
  const role = `${name}-execution-role`;
  await iam
    .send(new CreateRoleCommand({ RoleName: role, AssumeRolePolicyDocument: JSON.stringify(trustSageMaker) }))
    .catch((error) => {
      if (!(error instanceof EntityAlreadyExistsException)) throw error;
    });
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: role,
      PolicyName: 'bucket',
      PolicyDocument: JSON.stringify(useBucket(bucket)),
    }),
  );
  return { bucket, roleArn: `arn:aws:iam::${account}:role/${role}` };
}

const trustSageMaker = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'sagemaker.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};

const useBucket = (bucket: string) => ({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: 's3:ListBucket', Resource: `arn:aws:s3:::${bucket}` },
    { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: `arn:aws:s3:::${bucket}/*` },
  ],
});
