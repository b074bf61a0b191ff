/**
 * Temporary credentials without a table: everything about a session is sealed in its token under the platform's key, so sessions survive
 * a restart and nothing grows. A token opens only together with the access key id that it was issued with.
 */
import { randomBytes } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { SigningKey, TemporaryCredentials } from '../../contract/identity.ts';
import type { Principal } from '../../contract/principal.ts';
import type { Sealer } from '../../kit/sealed.ts';
import { newSecretAccessKey } from './unique-id.ts';

interface SessionContent {
  readonly principal: Principal;
  readonly secretAccessKey: string;
  readonly expiration: number;
}

/** Tokens travel in a header, so long ones are packed; short ones are opened for each request and stay plain. */
const plainLimit = 1500;

function pack(content: SessionContent): string {
  const json = JSON.stringify(content);
  return json.length <= plainLimit ? json : deflateRawSync(json).toString('base64');
}

function unpack(text: string): SessionContent {
  return JSON.parse(text.startsWith('{') ? text : inflateRawSync(Buffer.from(text, 'base64')).toString('utf8'));
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** As AWS's key ids name their account: 1 bit, 40 bits of account, 39 bits that differ (https://hackingthe.cloud/aws/enumeration/get-account-id-from-keys). */
function temporaryKeyId(account: string): string {
  const bits =
    (1n << 79n) | (BigInt(account) << 39n) | (BigInt(`0x${randomBytes(5).toString('hex')}`) & ((1n << 39n) - 1n));
  const letters = Array.from({ length: 16 }, (_, at) => alphabet[Number((bits >> BigInt(75 - 5 * at)) & 31n)]);
  return `ASIA${letters.join('')}`;
}

/** The account that a temporary key's id names; undefined where it cannot be one. */
export function accountOfTemporaryKey(accessKeyId: string): string | undefined {
  if (!/^ASIA[A-Z2-7]{16}$/.test(accessKeyId)) return undefined;
  const bits = [...accessKeyId.slice(4)].reduce((sum, letter) => (sum << 5n) | BigInt(alphabet.indexOf(letter)), 0n);
  const account = String((bits >> 39n) & ((1n << 40n) - 1n));
  return account.length <= 12 ? account.padStart(12, '0') : undefined;
}

export function issueSession(sealer: Sealer, principal: Principal, expiration: Date): TemporaryCredentials {
  const accessKeyId = temporaryKeyId(principal.account);
  const secretAccessKey = newSecretAccessKey();
  const content: SessionContent = {
    principal: { ...principal, accessKeyId },
    secretAccessKey,
    expiration: expiration.getTime(),
  };
  return { accessKeyId, secretAccessKey, sessionToken: sealer.seal(pack(content), accessKeyId), expiration };
}

/** Undefined where the token is not ours or not this key's. Says nothing about whether it has expired or its role still exists. */
export function openSession(sealer: Sealer, accessKeyId: string, sessionToken: string): SigningKey | undefined {
  const plain = sealer.open(sessionToken, accessKeyId);
  if (plain === undefined) return undefined;
  const { principal, secretAccessKey, expiration } = unpack(plain);
  return { principal, secretAccessKey, expiration: new Date(expiration) };
}
