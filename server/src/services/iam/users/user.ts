/** The user as AWS answers it, and who may act on it. */
import type { User } from '@aws-sdk/client-iam';
import type { Call } from '../../../contract/call.ts';
import type { Access } from '../../../contract/operation.ts';
import type { Input } from '../../../models/types.ts';
import type { IamDeps } from '../deps.ts';
import type { OwnerKey } from '../policies/policy-store.ts';
import type { UserRow } from '../tables.ts';
import { findUser } from './user-store.ts';

export function formatUserArn(account: string, path: string | undefined, name: string | undefined): string {
  return `arn:aws:iam::${account}:user${path ?? '/'}${name ?? ''}`;
}

export const userKey = (call: Call, name: string): OwnerKey => ({ account: call.account, owner: 'user', name });

export const noSuchUser = (call: Call, name: string) =>
  call.error('NoSuchEntity', `The user with name ${name} cannot be found.`);

export async function getUser(deps: IamDeps, call: Call, name: string): Promise<UserRow> {
  const row = await findUser(deps.database, call.account, name);
  if (!row) throw noSuchUser(call, name);
  return row;
}

/** The caller's own name, where the caller is a user. */
export function ownUserName(call: Call): string | undefined {
  return call.principal.kind === 'user' ? call.principal.arn.split('/').at(-1) : undefined;
}

/** Operations on access keys take the caller where no user is named. */
export function namedUser(call: Call, name: string | undefined): string {
  const user = name ?? ownUserName(call);
  if (user === undefined) {
    throw call.error('ValidationError', 'Must specify userName when calling with non-User credentials');
  }
  return user;
}

/** The permission for an action on the user that the input names, under the path that it has. */
export const accessToUser =
  (action: string) =>
  async (
    input: { readonly UserName?: string | undefined; readonly PolicyArn?: string | undefined },
    call: Call,
    deps: IamDeps,
  ): Promise<Access[]> => {
    const name = input.UserName ?? ownUserName(call);
    const row = await findUser(deps.database, call.account, name ?? '');
    const resource = row?.arn ?? formatUserArn(call.account, '/', name);
    return [{ action, resource, context: input.PolicyArn ? { 'iam:PolicyARN': input.PolicyArn } : {} }];
  };

/** Without tags: lists leave them out. */
export function toUser(row: UserRow): User {
  return {
    Path: row.path,
    UserName: row.name,
    UserId: row.user_id,
    Arn: row.arn,
    CreateDate: new Date(row.created_at),
  };
}

export function toTaggedUser(row: UserRow): User {
  const { Tags: tags } = JSON.parse(row.document) as Input<'iam', 'CreateUser'>;
  return { ...toUser(row), Tags: tags?.length ? tags : undefined };
}
