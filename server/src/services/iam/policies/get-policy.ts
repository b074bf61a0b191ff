/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetPolicy.html, for the AWS-managed policies that ship. */
import type { IamOperation } from '../deps.ts';
import { findManagedPolicy } from '../managed-policies.ts';
import { countAttachments } from './policy-store.ts';

/** When the shipped documents were written. */
const writtenAt = new Date('2026-11-20T00:00:00Z');

export const getPolicy: IamOperation<'GetPolicy'> = {
  access: (input) => [{ action: 'iam:GetPolicy', resource: input.PolicyArn ?? '*' }],
  async handle(input, call, deps) {
    const policy = findManagedPolicy(input.PolicyArn);
    if (!policy) throw call.error('NoSuchEntity', `Policy ${input.PolicyArn} was not found.`);
    return {
      Policy: {
        PolicyName: policy.name,
        PolicyId: policy.policyId,
        Arn: policy.arn,
        Path: '/',
        DefaultVersionId: 'v1',
        AttachmentCount: await countAttachments(deps.database, call.account, policy.arn),
        PermissionsBoundaryUsageCount: 0,
        IsAttachable: true,
        Description: policy.description,
        CreateDate: writtenAt,
        UpdateDate: writtenAt,
      },
    };
  },
};
