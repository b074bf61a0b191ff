/** Every policy that grants something to a user, group or role, ready to be evaluated, and where it comes from. */
import type { Log } from '../../../kit/log.ts';
import type { Database } from '../../../storage/database.ts';
import { findManagedPolicy } from '../managed-policies.ts';
import { type Policy, parsePolicy } from '../policy/policy-document.ts';
import { type InlineGrant, listGrants } from './policy-store.ts';

export type PolicyOrigin =
  | { readonly kind: 'inline'; readonly grant: Omit<InlineGrant, 'policy_document'> }
  | { readonly kind: 'managed'; readonly arn: string };

export interface GrantedPolicy {
  readonly policy: Policy;
  readonly origin: PolicyOrigin;
}

const nothing: Policy = { name: '', text: '', variables: false, statements: [] };

/** One that is not there any more grants nothing. `ownText`: of a policy that is not AWS's. */
export function readManaged(arn: string, ownText: string | null | undefined, log: Log): Policy {
  const name = arn.slice(arn.lastIndexOf('/') + 1);
  const policy = findManagedPolicy(arn)?.policy ?? (ownText ? parsePolicy(ownText, 'identity', name) : undefined);
  if (!policy) log.warn('iam: unknown managed policy grants nothing', { policyArn: arn });
  return policy ?? nothing;
}

/** The names are those of the policy simulator: role_<role>_<policy>, as observed. */
const inlineName = ({ owner_kind: kind, owner_name: owner, policy_name: name }: InlineGrant) =>
  `${kind}_${owner}_${name}`;

/** For a user those of its groups too. */
export async function loadGrantedPolicies(database: Database, ownerId: string, log: Log): Promise<GrantedPolicy[]> {
  const { inline, attached } = await listGrants(database, ownerId);
  return [
    ...inline.map((grant) => ({
      policy: parsePolicy(grant.policy_document, 'identity', inlineName(grant)),
      origin: { kind: 'inline' as const, grant },
    })),
    ...attached.map(({ policy_arn: arn, policy_document: text }) => ({
      policy: readManaged(arn, text, log),
      origin: { kind: 'managed' as const, arn },
    })),
  ];
}
