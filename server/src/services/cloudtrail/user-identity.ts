/** The caller, in CloudTrail's terms: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html */
import type { Principal } from '../../contract/principal.ts';

const lastPart = (arn: string) => arn.slice(arn.lastIndexOf('/') + 1);

/** What the event history lists and finds as Username. */
export function usernameOf(principal: Principal): string | null {
  if (principal.kind === 'root') return 'root';
  return principal.kind === 'service' || principal.kind === 'anonymous' ? null : lastPart(principal.arn);
}

const types = {
  root: 'Root',
  user: 'IAMUser',
  'assumed-role': 'AssumedRole',
  'federated-user': 'FederatedUser',
} as const;

export function userIdentity(principal: Principal, invokedBy: string | undefined): Record<string, unknown> {
  if (principal.kind === 'service') return { type: 'AWSService', invokedBy: principal.userId };
  // As in published trails of S3 (flaws2.cloud, 2018) and in Macie's documentation; the S3 guide's queries say `anonymous` instead.
  if (principal.kind === 'anonymous') return { type: 'AWSAccount', principalId: '', accountId: 'ANONYMOUS_PRINCIPAL' };
  return {
    type: types[principal.kind],
    principalId: principal.userId,
    arn: principal.arn,
    accountId: principal.account,
    ...(principal.accessKeyId && { accessKeyId: principal.accessKeyId }),
    ...(principal.kind === 'user' && { userName: lastPart(principal.arn) }),
    ...sessionContext(principal),
    ...(invokedBy && { invokedBy }),
  };
}

/** Temporary credentials only. When the session began is not known here: AWS's creationDate is left out. */
function sessionContext(principal: Principal): Record<string, unknown> {
  const attributes = { mfaAuthenticated: 'false' };
  if (principal.roleArn) {
    const sessionIssuer = {
      type: 'Role',
      principalId: principal.userId.split(':')[0],
      arn: principal.roleArn,
      accountId: principal.account,
      userName: lastPart(principal.roleArn),
    };
    return { sessionContext: { sessionIssuer, attributes } };
  }
  return principal.accessKeyId?.startsWith('ASIA') ? { sessionContext: { attributes } } : {};
}
