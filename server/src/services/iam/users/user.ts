/** The user as AWS returns it, and who may act on it. */
import type { User } from '@aws-sdk/client-iam';
import type { Call } from '../../../contract/call.ts';
import type { IamDeps } from '../deps.ts';
import { accessToEntity } from '../entities/access.ts';
import { toBoundary } from '../policies/boundary.ts';
import type { UserRow } from '../tables.ts';
import { type TagText, tagsOf } from '../tags/tagging.ts';

/** The caller's own name, where the caller is a user. */
function ownUserName(call: Call): string | undefined {
  return call.principal.kind === 'user' ? call.principal.arn.split('/').at(-1) : undefined;
}

/** Some operations take the caller where no user is named. */
export function namedUser(call: Call, name: string | undefined): string {
  const user = name ?? ownUserName(call);
  if (user === undefined) {
    throw call.error('ValidationError', 'Must specify userName when calling with non-User credentials');
  }
  return user;
}

interface UserInput {
  readonly UserName?: string | undefined;
  readonly PolicyArn?: string | undefined;
  readonly PermissionsBoundary?: string | undefined;
  readonly Tags?: readonly TagText[] | undefined;
}

/** The permission for an action on the user that the input names. */
export const accessToUser = (action: string) => (input: UserInput, call: Call, deps: IamDeps) =>
  accessToEntity(deps, call, 'user', action, input.UserName ?? ownUserName(call), input);

/** As lists show it: without tags and boundary. */
export function toUser(row: UserRow): User {
  return {
    Path: row.path,
    UserName: row.name,
    UserId: row.id,
    Arn: row.arn,
    CreateDate: new Date(row.created_at),
  };
}

export async function toWholeUser(deps: IamDeps, row: UserRow): Promise<User> {
  return { ...toUser(row), PermissionsBoundary: toBoundary(row.boundary), Tags: await tagsOf(deps, row.id) };
}
