/**
 * The AWS-managed policies that ship with the platform, under AWS's own names and ARNs and with AWS's own documents, which speak of services
 * that do not exist here, too (docs/decisions/0028-managed-policies-are-awss-own.md). Each partition has them, with ARNs of its own.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseArn } from '../../contract/arn.ts';
import { isPartition } from '../../contract/partition.ts';
import { descriptions } from './managed-policy-descriptions.ts';
import { type Policy, parsePolicy } from './policy/policy-document.ts';

export interface ManagedPolicy {
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  readonly policyId: string;
  readonly description: string | undefined;
  /** AWS's number of the version that ships; earlier ones are not here. */
  readonly versionId: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly document: string;
  readonly policy: Policy;
}

/** What scripts/extract-managed-policies.ts writes. */
type Published = Readonly<
  Record<string, readonly [path: string, version: string, created: string, updated: string, document: object]>
>;

function define(partition: string, name: string, published: Published[string]): ManagedPolicy {
  const [path, versionId, created, updated, written] = published;
  const digest = createHash('sha256').update(`${path}${name}`.slice(1)).digest('hex').toUpperCase();
  const document = JSON.stringify(written).replaceAll('"arn:aws:', `"arn:${partition}:`);
  let policy: Policy | undefined;
  return {
    name,
    path,
    arn: `arn:${partition}:iam::aws:policy${path}${name}`,
    policyId: `ANPA${digest.slice(0, 17)}`,
    description: descriptions[name],
    versionId,
    createdAt: new Date(created),
    updatedAt: new Date(updated),
    document,
    // Most are never evaluated, and some are long.
    get policy() {
      policy ??= parsePolicy(document, 'identity', name);
      return policy;
    },
  };
}

let published: Published | undefined;
const byPartition = new Map<string, ReadonlyMap<string, ManagedPolicy>>();

/** By ARN, in the order of their names. Read at the first use. */
function policiesOf(partition: string): ReadonlyMap<string, ManagedPolicy> {
  let policies = byPartition.get(partition);
  if (policies === undefined) {
    published ??= JSON.parse(readFileSync(new URL('./managed-policies.json', import.meta.url), 'utf8')) as Published;
    const all = Object.entries(published).map(([name, facts]) => define(partition, name, facts));
    policies = new Map(all.map((policy) => [policy.arn, policy]));
    byPartition.set(partition, policies);
  }
  return policies;
}

export function listManagedPolicies(partition: string): readonly ManagedPolicy[] {
  return [...policiesOf(partition).values()];
}

export function findManagedPolicy(arn: string): ManagedPolicy | undefined {
  const parsed = parseArn(arn);
  return parsed?.account === 'aws' && isPartition(parsed.partition) ? policiesOf(parsed.partition).get(arn) : undefined;
}
