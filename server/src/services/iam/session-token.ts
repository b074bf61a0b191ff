/**
 * Temporary credentials without a table: everything about a session is sealed in its token under the platform's key, so sessions survive
 * a restart and nothing grows. A token opens only together with the access key id that it was issued with.
 */

import type { SigningKey, TemporaryCredentials } from '../../contract/identity.ts';
import type { Principal } from '../../contract/principal.ts';
import type { Sealer } from './sealed.ts';
import { newSecretAccessKey, uniqueId } from './unique-id.ts';

interface SessionContent {
  readonly principal: Principal;
  readonly secretAccessKey: string;
  readonly expiration: number;
}

export function issueSession(sealer: Sealer, principal: Principal, expiration: Date): TemporaryCredentials {
  const accessKeyId = uniqueId('ASIA');
  const secretAccessKey = newSecretAccessKey();
  const content: SessionContent = {
    principal: { ...principal, accessKeyId },
    secretAccessKey,
    expiration: expiration.getTime(),
  };
  return { accessKeyId, secretAccessKey, sessionToken: sealer.seal(JSON.stringify(content), accessKeyId), expiration };
}

/** Undefined where the token is not ours or not this key's. Says nothing about whether it has expired or its role still exists. */
export function openSession(sealer: Sealer, accessKeyId: string, sessionToken: string): SigningKey | undefined {
  const plain = sealer.open(sessionToken, accessKeyId);
  if (plain === undefined) return undefined;
  const { principal, secretAccessKey, expiration } = JSON.parse(plain) as SessionContent;
  return { principal, secretAccessKey, expiration: new Date(expiration) };
}
