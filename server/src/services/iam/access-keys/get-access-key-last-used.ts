/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccessKeyLastUsed.html */
import type { IamOperation } from '../deps.ts';
import { findEntityById } from '../entities/entity-store.ts';
import { formatEntityArn } from '../entities/kinds.ts';
import { findAccessKey } from './access-key-store.ts';
import { noSuchKey } from './change-access-key.ts';

export const getAccessKeyLastUsed: IamOperation<'GetAccessKeyLastUsed'> = {
  async access(input, call, deps) {
    const key = await findAccessKey(deps.database, input.AccessKeyId ?? '');
    const user = key && (await findEntityById(deps.database, 'iam_users', key.user_id));
    const resource = user?.arn ?? formatEntityArn(call, 'user', '/', '*');
    return [{ action: 'iam:GetAccessKeyLastUsed', resource }];
  },
  async handle(input, call, deps) {
    await deps.lastUsed.settled();
    const key = await findAccessKey(deps.database, input.AccessKeyId);
    const user = key && (await findEntityById(deps.database, 'iam_users', key.user_id));
    if (!key || !user || key.account !== call.account) throw noSuchKey(call, input.AccessKeyId);
    return {
      UserName: user.name,
      AccessKeyLastUsed: {
        // Never used: no date, and N/A for the others.
        LastUsedDate: key.last_used_at === null ? undefined : new Date(key.last_used_at),
        ServiceName: key.last_used_service ?? 'N/A',
        Region: key.last_used_region ?? 'N/A',
      },
    };
  },
};
