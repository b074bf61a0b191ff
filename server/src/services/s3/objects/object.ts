/** An object in S3's answers. */

import { encryptionIn, encryptionMembers } from '../bytes/encryption.ts';
import { type ChecksumAlgorithm, type ChecksumType, checksumMember } from '../checksums/checksum.ts';
import type { ObjectRow } from '../tables.ts';
import { lockMembers } from '../versions/object-lock.ts';
import { describe, type ObjectDocument } from './object-document.ts';
import { tagsIn } from './object-tags.ts';

export function quoted(etag: string): string {
  return `"${etag}"`;
}

/** S3's times have whole seconds. */
export function secondsOf(timeMs: number): Date {
  return new Date(Math.floor(timeMs / 1000) * 1000);
}

export function documentIn(row: { readonly document: string }): ObjectDocument {
  return JSON.parse(row.document) as ObjectDocument;
}

/** The checksum's members of an answer. */
export function checksumMembers(algorithm: ChecksumAlgorithm, type: ChecksumType | undefined, value: string) {
  return { [checksumMember(algorithm)]: value, ...(type === undefined ? {} : { ChecksumType: type }) };
}

/** What GetObject and HeadObject tell alike. */
export function attributesOf(row: ObjectRow) {
  const tagCount = tagsIn(row).length;
  return {
    ...describe(documentIn(row)),
    ...encryptionMembers(encryptionIn(row)),
    ...lockMembers(row),
    ...(tagCount > 0 ? { TagCount: tagCount } : {}),
    ETag: quoted(row.etag),
    LastModified: secondsOf(row.last_modified),
    AcceptRanges: 'bytes',
    // AWS leaves out the default class.
    StorageClass: row.storage_class === 'STANDARD' ? undefined : (row.storage_class as 'STANDARD_IA'),
  };
}
