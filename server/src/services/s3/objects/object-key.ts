/** What may be an object's key. Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
import type { Call } from '../../../contract/call.ts';

const maxBytes = 1024;

export const keyTooLong = { Code: 'KeyTooLongError', Message: 'Your key is too long' };

export function isTooLong(key: string): boolean {
  return Buffer.byteLength(key) > maxBytes;
}

export function checkKey(key: string, call: Call): void {
  const size = Buffer.byteLength(key);
  if (size > maxBytes) {
    throw call.error(keyTooLong.Code, keyTooLong.Message, { fields: { Size: size, MaxSizeAllowed: maxBytes } });
  }
  // Nothing is no name, and half a surrogate pair has no bytes to be ordered by.
  if (size === 0 || !key.isWellFormed()) throw call.error('InvalidURI', "Couldn't parse the specified URI.");
}
