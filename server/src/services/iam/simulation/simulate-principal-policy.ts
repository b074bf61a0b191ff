/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html */
import type { IamOperation } from '../deps.ts';
import { findPolicySource } from './policy-source.ts';
import { answerSimulation, readSimulation } from './simulation-request.ts';

export const simulatePrincipalPolicy: IamOperation<'SimulatePrincipalPolicy'> = {
  access: (input) => [{ action: 'iam:SimulatePrincipalPolicy', resource: input.PolicySourceArn ?? '*' }],
  async handle(input, call, deps) {
    const source = await findPolicySource(deps, input.PolicySourceArn, call, input.PolicyExclusionList);
    return answerSimulation(input, readSimulation(input, source, call), call);
  },
};
