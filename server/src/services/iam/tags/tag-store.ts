/** The only SQL about tags. Keys are one whatever their case, and keep the case they were given last. */
import { sql } from 'kysely';
import { type Database, type Statement, statement } from '../../../storage/database.ts';
import type { PageRange } from '../page.ts';
import { iamTables } from '../tables.ts';

export interface TagRow {
  readonly key: string;
  readonly value: string;
}

export function putTag(ownerId: string, { key, value }: TagRow): Statement {
  const query = iamTables
    .insertInto('iam_tags')
    .values({ owner_id: ownerId, key, value })
    .onConflict((conflict) => conflict.columns(['owner_id', 'key']).doUpdateSet({ key, value }));
  return statement(query.compile());
}

export function removeTag(ownerId: string, key: string): Statement {
  return statement(iamTables.deleteFrom('iam_tags').where('owner_id', '=', ownerId).where('key', '=', key).compile());
}

export function removeTags(ownerId: string): Statement {
  return statement(iamTables.deleteFrom('iam_tags').where('owner_id', '=', ownerId).compile());
}

/** Fails the write if the owner now has more than `limit`: touches one of its tags only if not. */
export function requireTagQuota(ownerId: string, key: string, limit: number): Statement {
  const held = sql`(select count(*) from iam_tags where owner_id = ${ownerId})`;
  const query = sql`update iam_tags set value = value where owner_id = ${ownerId} and key = ${key} and ${held} <= ${limit}`;
  return statement(query.compile(iamTables), 1);
}

export function listTags(database: Database, ownerId: string, range?: PageRange): Promise<TagRow[]> {
  let query = iamTables.selectFrom('iam_tags').select(['key', 'value']).where('owner_id', '=', ownerId).orderBy('key');
  if (range) query = query.limit(range.limit + 1);
  if (range?.after !== undefined) query = query.where('key', '>', range.after);
  return database.read(query.compile());
}
