/**
 * What the sessions of users and root cannot call, whatever their policies say, because no second factor came with them.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
 */
import { AwsError } from '../../contract/aws-error.ts';
import type { Access } from '../../contract/operation.ts';
import type { Principal } from '../../contract/principal.ts';

/** sts:AssumeRole and sts:GetCallerIdentity ask for no permission here: they are decided where they are handled. */
const outOfReach = /^(iam|sts):/;

/** Throws as AWS does: the token is not valid for this service. */
export function checkReach({ kind, session }: Principal, access: readonly Access[]): void {
  if (!session || kind === 'assumed-role') return;
  if (access.some(({ action }) => outOfReach.test(action))) {
    throw new AwsError('InvalidClientTokenId', 'The security token included in the request is invalid.', {
      status: 403,
    });
  }
}
