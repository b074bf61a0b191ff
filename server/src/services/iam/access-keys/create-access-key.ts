/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html: the only answer that ever shows the secret. */
import { Conflict } from '../../../storage/database.ts';
import type { IamOperation } from '../deps.ts';
import { newSecretAccessKey, uniqueId } from '../unique-id.ts';
import { accessToUser, getUser, namedUser, noSuchUser } from '../users/user.ts';
import { requireUser } from '../users/user-store.ts';
import { insertAccessKey } from './access-key-store.ts';

const quota = 2;

export const createAccessKey: IamOperation<'CreateAccessKey'> = {
  access: accessToUser('iam:CreateAccessKey'),
  async handle(input, call, deps) {
    const user = await getUser(deps, call, namedUser(call, input.UserName));
    const accessKeyId = uniqueId('AKIA');
    const secretAccessKey = newSecretAccessKey();
    const row = {
      access_key_id: accessKeyId,
      account: call.account,
      user_name: user.name,
      status: 'Active' as const,
      created_at: call.now.getTime(),
      sealed_secret: deps.accessKeySealer.seal(secretAccessKey, accessKeyId),
    };
    try {
      await deps.database.write([requireUser(call.account, user.name), insertAccessKey(row, quota)]);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      if (error.index === 0) throw noSuchUser(call, user.name);
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
