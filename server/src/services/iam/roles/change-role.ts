/** What UpdateRole, UpdateRoleDescription and UpdateAssumeRolePolicy have in common: columns of one row. */
import type { Call } from '../../../contract/call.ts';
import { Conflict } from '../../../storage/database.ts';
import type { IamDeps } from '../deps.ts';
import { updateEntity } from '../entities/entity-store.ts';
import { getEntity, noSuch } from '../entities/kinds.ts';
import type { RoleRow } from '../tables.ts';

/** Returns the changed role. */
export async function changeRole(
  deps: IamDeps,
  call: Call,
  name: string,
  changes: Partial<Pick<RoleRow, 'description' | 'max_session_seconds' | 'trust_policy'>>,
): Promise<RoleRow> {
  const row = await getEntity(deps, call, 'role', name);
  if (Object.keys(changes).length === 0) return row;
  try {
    await deps.database.write([updateEntity('iam_roles', row.id, changes)]);
  } catch (error) {
    if (error instanceof Conflict) throw noSuch(call, 'role', name);
    throw error;
  }
  deps.forget();
  return { ...row, ...changes };
}
