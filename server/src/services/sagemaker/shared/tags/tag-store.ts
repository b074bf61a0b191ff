/** The only SQL about tags. Triggers (migration 0014) remove tags with their resource. */
import { sql } from 'kysely';
import { type Database, type Statement, statement } from '../../../../storage/database.ts';
import { queryBuilder } from '../../../../storage/query-builder.ts';

interface TagTable {
  arn: string;
  key: string;
  value: string;
}

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

const tables = queryBuilder<{ sagemaker_tags: TagTable }>();

export const putTag = (arn: string, { Key: key, Value: value }: Tag): Statement =>
  statement(
    tables
      .insertInto('sagemaker_tags')
      .values({ arn, key, value })
      .onConflict((conflict) => conflict.columns(['arn', 'key']).doUpdateSet({ value }))
      .compile(),
  );

export const removeTags = (arn: string, keys: readonly string[]): Statement =>
  statement(tables.deleteFrom('sagemaker_tags').where('arn', '=', arn).where('key', 'in', keys).compile());

/** Fails the write if the resource has more than `limit` tags by then: touches one of its tags only if it has not. */
export function requireTagQuota(arn: string, key: string, limit: number): Statement {
  const held = sql`(select count(*) from sagemaker_tags where arn = ${arn})`;
  const query = sql`update sagemaker_tags set value = value where arn = ${arn} and key = ${key} and ${held} <= ${limit}`;
  return statement(query.compile(tables), 1);
}

export async function listTags(database: Database, arn: string): Promise<Tag[]> {
  const query = tables.selectFrom('sagemaker_tags').select(['key', 'value']).where('arn', '=', arn).orderBy('key');
  return (await database.read(query.compile())).map(({ key, value }) => ({ Key: key, Value: value }));
}

/** Of many resources at once. */
export async function findTags(database: Database, arns: readonly string[]): Promise<ReadonlyMap<string, Tag[]>> {
  const found = new Map<string, Tag[]>();
  if (arns.length === 0) return found;
  const query = tables.selectFrom('sagemaker_tags').selectAll().where('arn', 'in', arns).orderBy('arn').orderBy('key');
  for (const { arn, key, value } of await database.read(query.compile())) {
    const tags = found.get(arn);
    if (tags) tags.push({ Key: key, Value: value });
    else found.set(arn, [{ Key: key, Value: value }]);
  }
  return found;
}

/** For suggestions: the keys in use under ARNs with this prefix. Steps from key to key in the index, whatever the number of resources. */
export async function listTagKeys(database: Database, arnPrefix: string, limit: number): Promise<string[]> {
  const query = sql<{ key: string }>`
    with recursive keys (key) as (
      select min(key) from sagemaker_tags
      union all
      select (select min(t.key) from sagemaker_tags t where t.key > keys.key) from keys where keys.key is not null
    )
    select key from keys where key is not null and exists (
      select 1 from sagemaker_tags t where t.key = keys.key and t.arn >= ${arnPrefix} and t.arn < ${`${arnPrefix}\u{10ffff}`}
    ) limit ${limit}`;
  return (await database.read(query.compile(tables))).map(({ key }) => key);
}
