/** Whose policies are simulated: https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html */
import type { Call } from '../../../contract/call.ts';
import type { IamDeps } from '../deps.ts';
import type { Subject } from '../subject-cache.ts';
import { readEntityArn } from './simulation-request.ts';

export async function findPolicySource(deps: IamDeps, arn: string, call: Call): Promise<Subject> {
  const { kind, account, name } = readEntityArn(arn, call);
  const found = await (kind === 'user' ? deps.subjects.findUser(arn) : deps.subjects.findRole(arn));
  if (!found || account !== call.account) {
    throw call.error('NoSuchEntity', `The ${kind} with name ${name} cannot be found.`);
  }
  return found;
}
