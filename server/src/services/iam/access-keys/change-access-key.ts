/** What UpdateAccessKey and DeleteAccessKey have in common: the key must be the named user's. */
import type { Call } from '../../../contract/call.ts';
import { Conflict, type Statement } from '../../../storage/database.ts';
import type { IamDeps } from '../deps.ts';

export const noSuchKey = (call: Call, accessKeyId: string) =>
  call.error('NoSuchEntity', `The Access Key with id ${accessKeyId} cannot be found.`);

export async function changeAccessKey(
  deps: IamDeps,
  call: Call,
  accessKeyId: string,
  change: Statement,
): Promise<void> {
  try {
    await deps.database.write([change]);
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    throw noSuchKey(call, accessKeyId);
  }
  deps.forget();
}
