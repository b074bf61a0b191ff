/**
 * User metadata between HTTP headers and text. Headers carry latin-1; S3 takes UTF-8 bytes or RFC 2047 words there, and answers what is not
 * ASCII as RFC 2047 words. Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html#UserMetadata
 */
import type { Call } from '../../../contract/call.ts';

/** Of all names and values, in bytes of UTF-8. */
const maxSize = 2048;

export type UserMetadata = Record<string, string>;

export function readUserMetadata(headers: Readonly<Record<string, string>> | undefined, call: Call): UserMetadata {
  const metadata: UserMetadata = {};
  let size = 0;
  for (const [name, value] of Object.entries(headers ?? {})) {
    const text = decodeValue(value);
    size += Buffer.byteLength(name) + Buffer.byteLength(text);
    metadata[name.toLowerCase()] = text;
  }
  if (size > maxSize) {
    throw call.error('MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size', {
      fields: { Size: size, MaxSizeAllowed: maxSize },
    });
  }
  return metadata;
}

export function writeUserMetadata(metadata: UserMetadata): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, encodeValue(value)]));
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeValue(value: string): string {
  if (value.startsWith('=?')) return decodeWords(value);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a class of bytes
  if (/^[\x00-\x7f]*$/.test(value) || !/^[\x00-\xff]*$/.test(value)) return value;
  try {
    return utf8.decode(Buffer.from(value, 'latin1'));
  } catch {
    return value;
  }
}

const word = /=\?utf-8\?([bq])\?([^?]*)\?=/gi;

function decodeWords(value: string): string {
  return value.replace(/\?=\s+=\?/g, '?==?').replace(word, (_all, encoding: string, text: string) => {
    if (encoding.toLowerCase() === 'b') return Buffer.from(text, 'base64').toString('utf8');
    const bytes = text.replace(/_/g, ' ').replace(/=([0-9A-F]{2})/gi, (_hex, code: string) => {
      return String.fromCharCode(Number.parseInt(code, 16));
    });
    return Buffer.from(bytes, 'latin1').toString('utf8');
  });
}

function encodeValue(value: string): string {
  return /^[\x20-\x7e]*$/.test(value) ? value : `=?UTF-8?B?${Buffer.from(value).toString('base64')}?=`;
}
