/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetContextKeysForCustomPolicy.html */
import type { IamOperation } from '../deps.ts';
import { contextKeysOf } from '../policy/context-keys.ts';
import { readPolicies } from './simulation-request.ts';

export const getContextKeysForCustomPolicy: IamOperation<'GetContextKeysForCustomPolicy'> = {
  access: () => [{ action: 'iam:GetContextKeysForCustomPolicy', resource: '*' }],
  handle: (input, call) => ({ ContextKeyNames: contextKeysOf(readPolicies(input.PolicyInputList, call)) }),
};
