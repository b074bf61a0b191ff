/**
 * Secrets under the platform's key: AES-256-GCM with a key of its own for each purpose. What was sealed for one purpose and one
 * subject cannot be opened for another. Plain secrets never leave this process in any other way.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

export interface Sealer {
  /** `subject` is bound to the text (for example the access key id) but not contained in it. */
  seal(plain: string, subject: string): string;
  /** Undefined where the text was not sealed by this key for this subject. */
  open(sealed: string, subject: string): string | undefined;
}

const ivBytes = 12;
const tagBytes = 16;

export function createSealer(platformKey: Uint8Array, purpose: string): Sealer {
  const key = Buffer.from(hkdfSync('sha256', platformKey, '', `clary/${purpose}`, 32));
  return {
    seal(plain, subject) {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(subject));
      const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64');
    },
    open(sealed, subject) {
      const bytes = Buffer.from(sealed, 'base64');
      if (bytes.length < ivBytes + tagBytes) return undefined;
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivBytes), { authTagLength: tagBytes })
        .setAAD(Buffer.from(subject))
        .setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
      try {
        const rest = bytes.subarray(ivBytes + tagBytes);
        return Buffer.concat([decipher.update(rest), decipher.final()]).toString('utf8');
      } catch {
        return undefined;
      }
    },
  };
}
