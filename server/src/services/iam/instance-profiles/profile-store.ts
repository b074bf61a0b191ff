/** The only SQL about which role is in which instance profile. */
import { sql } from 'kysely';
import { type Database, type Statement, statement } from '../../../storage/database.ts';
import { listEntities } from '../entities/entity-store.ts';
import type { PageRange } from '../page.ts';
import { type InstanceProfileRow, iamTables, type RoleRow } from '../tables.ts';

/** Misses if the profile was deleted or has a role. */
export function fillProfile(profileId: string, roleId: string): Statement {
  const query = iamTables
    .updateTable('iam_instance_profiles')
    .set({ role_id: roleId })
    .where('id', '=', profileId)
    .where('role_id', 'is', null);
  return statement(query.compile(), 1);
}

/** Misses if the profile does not have this role. */
export function emptyProfile(profileId: string, roleId: string): Statement {
  const query = iamTables
    .updateTable('iam_instance_profiles')
    .set({ role_id: null })
    .where('id', '=', profileId)
    .where('role_id', '=', roleId);
  return statement(query.compile(), 1);
}

/** All of them, or one page. */
export function listProfilesOf(database: Database, role: RoleRow, range?: PageRange): Promise<InstanceProfileRow[]> {
  return listEntities(database, 'iam_instance_profiles', role.account, '/', range, sql`role_id = ${role.id}`);
}
