/**
 * Trust policies keep users and roles by their unique ids, so that a new user with an old name gets no access; they are shown by the
 * ARNs that those have now, and by their ids after they were deleted.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-roles
 */
import type { Call } from '../../../contract/call.ts';
import type { Database } from '../../../storage/database.ts';
import { findEntityByArn, findEntityById } from '../entities/entity-store.ts';

type Change = (name: string) => Promise<string>;
type Principals = { AWS?: unknown } | string | undefined;

const isId = (name: string) => /^A(IDA|ROA)[A-Z0-9]{17}$/.test(name);

async function changeNames(principals: Principals, change: Change): Promise<boolean> {
  if (typeof principals !== 'object' || principals.AWS === undefined) return false;
  const before = principals.AWS;
  const after = Array.isArray(before) ? await Promise.all(before.map(change)) : await change(String(before));
  principals.AWS = after;
  return JSON.stringify(before) !== JSON.stringify(after);
}

/** The text as it was where no name changes. */
async function changePrincipals(text: string, change: Change): Promise<string> {
  const document = JSON.parse(text) as { Statement: unknown };
  const statements = [document.Statement].flat() as { Principal?: Principals; NotPrincipal?: Principals }[];
  let changed = false;
  for (const { Principal: one, NotPrincipal: other } of statements) {
    changed = (await changeNames(one, change)) || changed;
    changed = (await changeNames(other, change)) || changed;
  }
  return changed ? JSON.stringify(document) : text;
}

const tableOf = (name: string) =>
  /^arn:[^:]+:iam::\d{12}:role\/|^AROA/.test(name) ? ('iam_roles' as const) : ('iam_users' as const);

/** The stored form of a checked trust policy. Throws MalformedPolicyDocument if it names a principal that does not exist. */
export function keepTrust(text: string, database: Database, call: Call): Promise<string> {
  return changePrincipals(text, async (name) => {
    const byId = isId(name);
    if (!byId && !/^arn:[^:]+:iam::\d{12}:(user|role)\//.test(name)) return name;
    const found = await (byId ? findEntityById : findEntityByArn)(database, tableOf(name), name);
    if (!found) throw call.error('MalformedPolicyDocument', `Invalid principal in policy: "AWS":"${name}"`);
    return found.id;
  });
}

/** How a kept trust policy is shown. */
export async function showTrust(text: string, database: Database): Promise<string> {
  if (!/"A(IDA|ROA)[A-Z0-9]{17}"/.test(text)) return text;
  return changePrincipals(text, async (name) =>
    isId(name) ? ((await findEntityById(database, tableOf(name), name))?.arn ?? name) : name,
  );
}
