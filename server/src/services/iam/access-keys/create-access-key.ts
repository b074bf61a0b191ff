/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html: the only answer that ever shows the secret. */
import { Conflict } from '../../../storage/database.ts';
import type { IamOperation } from '../deps.ts';
import { requireEntity } from '../entities/entity-store.ts';
import { getEntity, noSuch } from '../entities/kinds.ts';
import { newSecretAccessKey, uniqueId } from '../unique-id.ts';
import { accessToUser, namedUser } from '../users/user.ts';
import { insertAccessKey, requireAccessKeyQuota } from './access-key-store.ts';

const quota = 2;

export const createAccessKey: IamOperation<'CreateAccessKey'> = {
  access: accessToUser('iam:CreateAccessKey'),
  async handle(input, call, deps) {
    const user = await getEntity(deps, call, 'user', namedUser(call, input.UserName));
    const accessKeyId = uniqueId('AKIA');
    const secretAccessKey = newSecretAccessKey();
    const row = {
      access_key_id: accessKeyId,
      account: call.account,
      user_id: user.id,
      status: 'Active' as const,
      created_at: call.now.getTime(),
      sealed_secret: deps.accessKeySealer.seal(secretAccessKey, accessKeyId),
      last_used_at: null,
      last_used_service: null,
      last_used_region: null,
    };
    try {
      await deps.database.write([
        requireEntity('iam_users', user.id),
        insertAccessKey(row),
        requireAccessKeyQuota(row, quota),
      ]);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      if (error.index === 0) throw noSuch(call, 'user', user.name);
      throw call.error('LimitExceeded', `Cannot exceed quota for AccessKeysPerUser: ${quota}`, { cause: error });
    }
    deps.forget();
    return {
      AccessKey: {
        UserName: user.name,
        AccessKeyId: accessKeyId,
        Status: 'Active',
        SecretAccessKey: secretAccessKey,
        CreateDate: call.now,
      },
    };
  },
};
