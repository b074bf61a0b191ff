/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetContextKeysForPrincipalPolicy.html */
import type { IamOperation } from '../deps.ts';
import { contextKeysOf } from '../policy/context-keys.ts';
import { findPolicySource } from './policy-source.ts';
import { readPolicies } from './simulation-request.ts';

export const getContextKeysForPrincipalPolicy: IamOperation<'GetContextKeysForPrincipalPolicy'> = {
  access: (input) => [{ action: 'iam:GetContextKeysForPrincipalPolicy', resource: input.PolicySourceArn ?? '*' }],
  async handle(input, call, deps) {
    const { policies } = await findPolicySource(deps, input.PolicySourceArn, call);
    return { ContextKeyNames: contextKeysOf([...policies, ...readPolicies(input.PolicyInputList, call)]) };
  },
};
