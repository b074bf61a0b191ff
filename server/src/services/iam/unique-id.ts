/**
 * AWS's unique identifiers: four letters for the kind, then capitals and digits of base 32.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
 */
import { randomBytes } from 'node:crypto';

export type IdPrefix = 'AKIA' | 'ASIA' | 'AIDA' | 'AGPA' | 'AROA' | 'ANPA' | 'AIPA';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Access key ids have 20 characters in all, all others 21. */
export function uniqueId(prefix: IdPrefix): string {
  const length = prefix.startsWith('AK') || prefix.startsWith('AS') ? 16 : 17;
  const letters = [...randomBytes(length)].map((byte) => alphabet[byte % alphabet.length]);
  return prefix + letters.join('');
}

/** 40 characters of base 64, as AWS's. */
export function newSecretAccessKey(): string {
  return randomBytes(30).toString('base64');
}
