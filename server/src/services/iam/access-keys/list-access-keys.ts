/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccessKeys.html: a user has at most two keys, so there is one page. */
import type { IamOperation } from '../deps.ts';
import { getEntity } from '../entities/kinds.ts';
import { accessToUser, namedUser } from '../users/user.ts';
import { listAccessKeys as listRows } from './access-key-store.ts';

export const listAccessKeys: IamOperation<'ListAccessKeys'> = {
  access: accessToUser('iam:ListAccessKeys'),
  async handle(input, call, deps) {
    const user = await getEntity(deps, call, 'user', namedUser(call, input.UserName));
    const rows = await listRows(deps.database, user.id);
    return {
      AccessKeyMetadata: rows.map((row) => ({
        UserName: user.name,
        AccessKeyId: row.access_key_id,
        Status: row.status,
        CreateDate: new Date(row.created_at),
      })),
      IsTruncated: false,
    };
  },
};
