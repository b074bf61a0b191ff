/** The only SQL about the versions of customer-managed policies. Numbers go up and are not used again. */
import { sql } from 'kysely';
import { type Database, type Statement, statement } from '../../../storage/database.ts';
import type { PageRange } from '../page.ts';
import { iamTables, type PolicyVersionRow } from '../tables.ts';

export function insertFirstVersion(row: PolicyVersionRow): Statement {
  return statement(iamTables.insertInto('iam_policy_versions').values(row).compile());
}

/** Takes the next number: misses if the policy was deleted or another request took that number. */
export function takeVersionNumber(policyId: string, version: number, asDefault: boolean, now: number): Statement {
  const query = iamTables
    .updateTable('iam_policies')
    .set({ last_version: version, updated_at: now, ...(asDefault ? { default_version: version } : {}) })
    .where('id', '=', policyId)
    .where('last_version', '=', version - 1);
  return statement(query.compile(), 1);
}

/** Misses if there are as many as `limit`. */
export function insertVersion(row: PolicyVersionRow, limit: number): Statement {
  const query = sql`insert into iam_policy_versions (policy_id, version, policy_document, created_at)
    select ${row.policy_id}, ${row.version}, ${row.policy_document}, ${row.created_at}
    where (select count(*) from iam_policy_versions where policy_id = ${row.policy_id}) < ${limit}`;
  return statement(query.compile(iamTables), 1);
}

/** Misses if the version was deleted. UpdateDate stays: it is that of the newest version (API_Policy.html). */
export function setDefaultVersion(policyId: string, version: number): Statement {
  const query = iamTables
    .updateTable('iam_policies')
    .set({ default_version: version })
    .where('id', '=', policyId)
    .where(({ exists }) =>
      exists(
        iamTables
          .selectFrom('iam_policy_versions')
          .select('version')
          .where('policy_id', '=', policyId)
          .where('version', '=', version),
      ),
    );
  return statement(query.compile(), 1);
}

/** Misses if it was deleted or is the default. */
export function removeVersion(policyId: string, version: number): Statement {
  const query = iamTables
    .deleteFrom('iam_policy_versions')
    .where('policy_id', '=', policyId)
    .where('version', '=', version)
    .where(({ not, exists }) =>
      not(
        exists(
          iamTables
            .selectFrom('iam_policies')
            .select('id')
            .where('id', '=', policyId)
            .where('default_version', '=', version),
        ),
      ),
    );
  return statement(query.compile(), 1);
}

/** The last version is deleted with its policy; misses if there are more. */
export function removeOnlyVersion(policyId: string): Statement {
  return statement(iamTables.deleteFrom('iam_policy_versions').where('policy_id', '=', policyId).compile(), 1);
}

export async function findVersion(
  database: Database,
  policyId: string,
  version: number,
): Promise<PolicyVersionRow | undefined> {
  const query = iamTables
    .selectFrom('iam_policy_versions')
    .selectAll()
    .where('policy_id', '=', policyId)
    .where('version', '=', version);
  return (await database.read(query.compile()))[0];
}

/** The newest first, as IAM lists them. */
export function listVersions(database: Database, policyId: string, range?: PageRange): Promise<PolicyVersionRow[]> {
  let query = iamTables
    .selectFrom('iam_policy_versions')
    .selectAll()
    .where('policy_id', '=', policyId)
    .orderBy('version', 'desc');
  if (range) query = query.limit(range.limit + 1);
  if (range?.after !== undefined) query = query.where('version', '<', Number(range.after));
  return database.read(query.compile());
}

/** The document that counts; undefined where there is no such policy. */
export async function findDefaultText(database: Database, policyArn: string): Promise<string | undefined> {
  const query = iamTables
    .selectFrom('iam_policies as policy')
    .innerJoin('iam_policy_versions as version', (join) =>
      join.onRef('version.policy_id', '=', 'policy.id').onRef('version.version', '=', 'policy.default_version'),
    )
    .select('version.policy_document')
    .where('policy.arn', '=', policyArn);
  return (await database.read(query.compile()))[0]?.policy_document;
}
