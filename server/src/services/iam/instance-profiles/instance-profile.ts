/** The instance profile as AWS returns it: a container for one role. Nothing here runs on instances; it is stored for the tools that manage it. */
import type { InstanceProfile } from '@aws-sdk/client-iam';
import type { Call } from '../../../contract/call.ts';
import type { IamDeps } from '../deps.ts';
import { accessToEntity } from '../entities/access.ts';
import { findEntityById } from '../entities/entity-store.ts';
import { toRole } from '../roles/role.ts';
import type { InstanceProfileRow } from '../tables.ts';
import type { TagText } from '../tags/tagging.ts';

interface InstanceProfileInput {
  readonly InstanceProfileName?: string | undefined;
  readonly Tags?: readonly TagText[] | undefined;
}

/** The permission for an action on the instance profile that the input names. */
export const accessToInstanceProfile = (action: string) => (input: InstanceProfileInput, call: Call, deps: IamDeps) =>
  accessToEntity(deps, call, 'instance-profile', action, input.InstanceProfileName, { Tags: input.Tags });

/** Without tags: lists leave them out. */
export async function toInstanceProfile(deps: IamDeps, row: InstanceProfileRow): Promise<InstanceProfile> {
  const role = row.role_id === null ? undefined : await findEntityById(deps.database, 'iam_roles', row.role_id);
  return {
    Path: row.path,
    InstanceProfileName: row.name,
    InstanceProfileId: row.id,
    Arn: row.arn,
    CreateDate: new Date(row.created_at),
    Roles: role ? [await toRole(deps, role)] : [],
  };
}
