/** How a bucket encrypts what is written without saying how. */
import type { BucketRow } from '../tables.ts';
import type { Encryption } from './encryption.ts';

export function defaultEncryptionOf(_bucket: BucketRow): Encryption | undefined {
  return undefined;
}
