/** AWS's sentences for what is refused: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
import type { Access } from '../../contract/operation.ts';
import type { Principal } from '../../contract/principal.ts';
import type { Context } from './policy/context.ts';
import type { Judgement, PolicyType } from './policy/judge.ts';

type Refusal = Extract<Judgement, { allowed: false }>;

const policies: Readonly<Record<PolicyType, { readonly denies: string; readonly allows: string }>> = {
  identity: { denies: 'an identity-based policy', allows: 'identity-based policy' },
  resource: { denies: 'a resource-based policy', allows: 'resource-based policy' },
  boundary: { denies: 'a permissions boundary', allows: 'permissions boundary' },
  session: { denies: 'a session policy', allows: 'session policy' },
};

/** As observed, these leave the resource out where there is none, and others say `*` (Lambda, ECR). */
const silentWithoutResource = /^(cloudwatch|s3|sts):/;

export function notAuthorized(principal: Principal, { action, resource }: Access): string {
  const start = `User: ${principal.arn} is not authorized to perform: ${action}`;
  if (resource === '*' && silentWithoutResource.test(action)) return start;
  // S3 alone puts it into quotation marks: https://repost.aws/knowledge-center/s3-troubleshoot-403
  return `${start} on resource: ${action.startsWith('s3:') ? `"${resource}"` : resource}`;
}

export function denial(principal: Principal, access: Access, { explicit, type }: Refusal): string {
  // S3's text for anonymous callers, who can only access its resources.
  if (principal.kind === 'anonymous') return 'Access Denied';
  const because = explicit
    ? `with an explicit deny in ${policies[type].denies}`
    : `because no ${policies[type].allows} allows the ${access.action} action`;
  return `${notAuthorized(principal, access)} ${because}`;
}

/** What sts:DecodeAuthorizationMessage shows: https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html */
export function denialDetails(principal: Principal, access: Access, { explicit }: Refusal, context: Context): string {
  const conditions = [...context.entries()].map(([key, values]) => ({
    key,
    values: { items: values.map((value) => ({ value })) },
  }));
  return JSON.stringify({
    allowed: false,
    explicitDeny: explicit,
    matchedStatements: { items: [] },
    failures: { items: [] },
    context: {
      principal: { id: principal.userId, arn: principal.arn },
      action: access.action,
      resource: access.resource,
      conditions: { items: conditions },
    },
  });
}
