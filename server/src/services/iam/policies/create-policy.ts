/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html: its first version is its default. */
import type { IamOperation } from '../deps.ts';
import { accessToCreate } from '../entities/access.ts';
import { createEntity, newEntity } from '../entities/lifecycle.ts';
import type { PolicyRow } from '../tables.ts';
import { tagsOf } from '../tags/tagging.ts';
import { toPolicy } from './managed-policy.ts';
import { checkManagedPolicyText } from './policy-text.ts';
import { insertFirstVersion } from './version-store.ts';

export const createPolicy: IamOperation<'CreatePolicy'> = {
  access: (input, call) => accessToCreate(call, 'policy', 'iam:CreatePolicy', input.Path, input.PolicyName, input),
  async handle(input, call, deps) {
    checkManagedPolicyText(input.PolicyDocument, call);
    const entity = newEntity(call, 'policy', input.Path, input.PolicyName);
    const row: PolicyRow = {
      ...entity,
      updated_at: entity.created_at,
      description: input.Description ?? null,
      default_version: 1,
      last_version: 1,
    };
    const version = {
      policy_id: row.id,
      version: 1,
      policy_document: input.PolicyDocument,
      created_at: row.created_at,
    };
    await createEntity(deps, call, 'policy', row, input.Tags, [insertFirstVersion(version)]);
    return { Policy: { ...toPolicy({ own: row }, undefined), Tags: await tagsOf(deps, row.id) } };
  },
};
