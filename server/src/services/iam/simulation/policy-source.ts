/** Whose policies are simulated: https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html */
import type { Call } from '../../../contract/call.ts';
import type { IamDeps } from '../deps.ts';
import { findEntityByArn } from '../entities/entity-store.ts';
import { kinds, noSuch } from '../entities/kinds.ts';
import { loadGrantedPolicies, readManaged } from '../policies/granted-policies.ts';
import { findDefaultText } from '../policies/version-store.ts';
import type { Policy } from '../policy/policy-document.ts';
import type { UserRow } from '../tables.ts';
import { listTags } from '../tags/tag-store.ts';
import { type PolicyIdentifier, readExclusions } from './policy-exclusions.ts';
import { readEntityArn } from './simulation-request.ts';

/** A user, group or role as it is simulated. */
export interface PolicySource {
  readonly kind: 'user' | 'group' | 'role';
  readonly arn: string;
  readonly id: string;
  readonly policies: readonly Policy[];
  readonly boundary: Policy | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

export async function findPolicySource(
  { database }: IamDeps,
  arn: string,
  call: Call,
  exclusions?: readonly PolicyIdentifier[],
): Promise<PolicySource> {
  const { kind, account, name } = readEntityArn(arn, call);
  const excluded = readExclusions(exclusions, call);
  const row = account === call.account ? await findEntityByArn(database, kinds[kind].table, arn) : undefined;
  if (!row) throw noSuch(call, kind, name);
  const own = (row as Partial<UserRow>).boundary ?? null;
  const bound = excluded({ kind: 'boundary' }) ? null : own;
  const [granted, tags, text] = await Promise.all([
    loadGrantedPolicies(database, row.id, call.log),
    listTags(database, row.id),
    bound === null ? undefined : findDefaultText(database, bound),
  ]);
  return {
    kind,
    arn,
    id: row.id,
    policies: granted.filter(({ origin }) => !excluded(origin)).map(({ policy }) => policy),
    boundary: bound === null ? undefined : readManaged(bound, text, call.log),
    tags: Object.fromEntries(tags.map(({ key, value }) => [key, value])),
  };
}
