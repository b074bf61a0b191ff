/**
 * The execution role that a data folder has from its first start, so that a training job needs no IAM beforehand. It is made by IAM's own operations, in
 * the platform's name, once: a file in the data folder records it. A deleted role is not created again.
 */
import { join } from 'node:path';
import type { Aws } from './contract/aws.ts';
import { AwsError } from './contract/aws-error.ts';
import { readIfThere, writeSecret } from './data-folder.ts';

/** As SageMaker's console names it: the SDK's get_execution_role() knows the name's beginning and the path. */
const path = '/service-role/';
const name = 'AmazonSageMaker-ExecutionRole';
const policies = ['AmazonSageMakerFullAccess', 'AmazonS3FullAccess'];
const maxSessionSeconds = 12 * 3600;
const description = 'Made by Clary at its first start: what training, processing and endpoints act as';

/** Jobs and models act as it; who may call sts:AssumeRole in the account can do so, too. */
const trustOf = (account: string) => ({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { Service: 'sagemaker.amazonaws.com' }, Action: 'sts:AssumeRole' },
    { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: 'sts:AssumeRole' },
  ],
});

export const executionRoleFile = (dataDir: string) => join(dataDir, 'execution-role');

/** The role's ARN as it was made; undefined before the first start has created it. */
export const executionRoleOf = async (dataDir: string) =>
  (await readIfThere(executionRoleFile(dataDir)))?.toString().trim();

/** If a start was killed in between, the next one finds the role and continues. */
export async function ensureExecutionRole(dataDir: string, account: string, aws: Aws): Promise<void> {
  if ((await executionRoleOf(dataDir)) !== undefined) return;
  if (await makeRole(account, aws)) {
    for (const policy of policies) {
      const PolicyArn = `arn:aws:iam::aws:policy/${policy}`;
      await aws.call('iam', 'AttachRolePolicy', { RoleName: name, PolicyArn });
    }
  }
  await writeSecret(executionRoleFile(dataDir), `arn:aws:iam::${account}:role${path}${name}\n`);
}

/** False if another role has this name: it is not changed. */
async function makeRole(account: string, aws: Aws): Promise<boolean> {
  try {
    await aws.call('iam', 'CreateRole', {
      Path: path,
      RoleName: name,
      AssumeRolePolicyDocument: JSON.stringify(trustOf(account)),
      Description: description,
      MaxSessionDuration: maxSessionSeconds,
    });
    return true;
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== 'EntityAlreadyExists') throw error;
    const { Role: role } = await aws.call('iam', 'GetRole', { RoleName: name });
    return role?.Path === path && role.Description === description;
  }
}
