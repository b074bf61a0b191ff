/** The group as AWS returns it, and who may act on it. */
import type { Group } from '@aws-sdk/client-iam';
import type { Call } from '../../../contract/call.ts';
import type { IamDeps } from '../deps.ts';
import { accessToEntity } from '../entities/access.ts';
import type { GroupRow } from '../tables.ts';

interface GroupInput {
  readonly GroupName?: string | undefined;
  readonly PolicyArn?: string | undefined;
}

/** The permission for an action on the group that the input names. */
export const accessToGroup = (action: string) => (input: GroupInput, call: Call, deps: IamDeps) =>
  accessToEntity(deps, call, 'group', action, input.GroupName, { PolicyArn: input.PolicyArn });

export function toGroup(row: GroupRow): Group {
  return {
    Path: row.path,
    GroupName: row.name,
    GroupId: row.id,
    Arn: row.arn,
    CreateDate: new Date(row.created_at),
  };
}
