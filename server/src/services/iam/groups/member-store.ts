/** The only SQL about who is in which group. */
import { sql } from 'kysely';
import { type Database, type Statement, statement } from '../../../storage/database.ts';
import { listEntities } from '../entities/entity-store.ts';
import type { PageRange } from '../page.ts';
import { type GroupRow, iamTables, type UserRow } from '../tables.ts';

/** Adding twice is adding once. */
export function addMember(groupId: string, userId: string): Statement {
  const query = iamTables
    .insertInto('iam_group_members')
    .values({ group_id: groupId, user_id: userId })
    .onConflict((conflict) => conflict.doNothing());
  return statement(query.compile());
}

/** Fails the write if the user now is in more than `limit` groups. */
export function requireMembershipQuota(groupId: string, userId: string, limit: number): Statement {
  const query = sql`update iam_group_members set user_id = user_id where group_id = ${groupId} and user_id = ${userId}
    and (select count(*) from iam_group_members where user_id = ${userId}) <= ${limit}`;
  return statement(query.compile(iamTables), 1);
}

export function removeMember(groupId: string, userId: string): Statement {
  const query = iamTables.deleteFrom('iam_group_members').where('group_id', '=', groupId).where('user_id', '=', userId);
  return statement(query.compile());
}

export function listMembers(database: Database, group: GroupRow, range: PageRange): Promise<UserRow[]> {
  const members = sql`id in (select user_id from iam_group_members where group_id = ${group.id})`;
  return listEntities(database, 'iam_users', group.account, '/', range, members);
}

/** All of them, or one page. */
export function listGroupsOf(database: Database, user: UserRow, range?: PageRange): Promise<GroupRow[]> {
  const groups = sql`id in (select group_id from iam_group_members where user_id = ${user.id})`;
  return listEntities(database, 'iam_groups', user.account, '/', range, groups);
}
