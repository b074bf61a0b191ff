/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html */
import { Conflict } from '../../../storage/database.ts';
import type { IamOperation } from '../deps.ts';
import { checkPolicyText, policySize } from '../policies/policy-text.ts';
import type { RoleRow } from '../tables.ts';
import { uniqueId } from '../unique-id.ts';
import { formatRoleArn, toTaggedRole } from './role.ts';
import { insertRole } from './role-store.ts';

const trustPolicyQuota = 2048;

export const createRole: IamOperation<'CreateRole'> = {
  access: (input, call) => [
    { action: 'iam:CreateRole', resource: formatRoleArn(call.account, input.Path, input.RoleName) },
  ],
  async handle(input, call, deps) {
    checkPolicyText(input.AssumeRolePolicyDocument, 'trust', call);
    if (policySize(input.AssumeRolePolicyDocument) > trustPolicyQuota) {
      throw call.error('LimitExceeded', `Cannot exceed quota for ACLSizePerRole: ${trustPolicyQuota}`);
    }
    const row: RoleRow = {
      account: call.account,
      name: input.RoleName,
      arn: formatRoleArn(call.account, input.Path, input.RoleName),
      role_id: uniqueId('AROA'),
      path: input.Path ?? '/',
      created_at: call.now.getTime(),
      trust_policy: input.AssumeRolePolicyDocument,
      document: JSON.stringify(input),
    };
    try {
      await deps.database.write([insertRole(row)]);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      throw call.error('EntityAlreadyExists', `Role with name ${input.RoleName} already exists.`, { cause: error });
    }
    deps.forget();
    return { Role: toTaggedRole(row) };
  },
};
