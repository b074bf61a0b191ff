/** Sessions that a user or root creates for a federated user: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html */
import { partitionIn } from '../../contract/arn.ts';
import type { SessionRequest } from '../../contract/identity.ts';
import type { Principal } from '../../contract/principal.ts';
import { checkManagedPolicies, planSession } from './session-request.ts';
import type { SubjectCache } from './subject-cache.ts';

export async function federate(cache: SubjectCache, now: Date, caller: Principal, name: string, asked: SessionRequest) {
  const { session, packedPolicySize } = planSession({ ...asked, transitiveTagKeys: [] }, undefined, now);
  await checkManagedPolicies(asked.policyArns, caller.account, cache);
  const principal: Principal = {
    kind: 'federated-user',
    account: caller.account,
    arn: `arn:${partitionIn(caller.arn)}:sts::${caller.account}:federated-user/${name}`,
    userId: `${caller.account}:${name}`,
    session: {
      ...session,
      // "If you do not pass any session policies, then the resulting federated user session has no permissions."
      policies: session.policies ?? { arns: [] },
      issuer: { arn: caller.arn, id: caller.userId },
    },
  };
  return { principal, packedPolicySize };
}
