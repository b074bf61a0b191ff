/** The condition keys of a principal: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html */
import type { Principal } from '../../contract/principal.ts';
import type { ContextSource } from './policy/context.ts';

const types = {
  root: 'Account',
  user: 'User',
  'assumed-role': 'AssumedRole',
  'federated-user': 'FederatedUser',
  service: 'Service',
  anonymous: 'Anonymous',
};

export function principalContext(
  principal: Principal,
  tags: Readonly<Record<string, string>>,
  now: Date,
): ContextSource {
  const { kind, account, arn, roleArn, userId, session } = principal;
  return {
    ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:PrincipalTag/${key}`, value])),
    'aws:PrincipalAccount': account,
    // "For IAM roles, the request context returns the ARN of the role, not the ARN of the user that assumed the role."
    'aws:PrincipalArn': kind === 'anonymous' ? undefined : (roleArn ?? arn),
    'aws:PrincipalType': types[kind],
    'aws:PrincipalIsAWSService': String(kind === 'service'),
    'aws:ViaAWSService': 'false',
    'aws:userid': userId,
    'aws:username': kind === 'user' ? arn.slice(arn.lastIndexOf('/') + 1) : undefined,
    'aws:CurrentTime': now.toISOString(),
    'aws:EpochTime': String(Math.floor(now.getTime() / 1000)),
    // Only temporary credentials have these two; there are no second factors here.
    'aws:TokenIssueTime': session && new Date(session.issuedAt).toISOString(),
    'aws:MultiFactorAuthPresent': session && 'false',
    'aws:SourceIdentity': session?.sourceIdentity,
  };
}
