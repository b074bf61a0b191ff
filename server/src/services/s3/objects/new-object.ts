/** What a write's headers say of the object beside its bytes: description, class, tags, lock, encryption. */
import type { Call } from '../../../contract/call.ts';
import type { Access } from '../../../contract/operation.ts';
import { objectArn } from '../access.ts';
import { defaultEncryptionOf } from '../bucket-configuration/encryption/default-encryption.ts';
import type { Bucket } from '../buckets/bucket-cache.ts';
import { type EncryptionInput, type Sealing, sealingOf } from '../bytes/encryption.ts';
import type { S3Deps } from '../deps.ts';
import { type LockInput, lockOf } from '../versions/object-lock.ts';
import { type DescribingInput, documentOf, type ObjectDocument } from './object-document.ts';
import { readTagHeader, tagsColumn } from './object-tags.ts';
import { storageClassOf } from './storage-class.ts';

export interface NewObjectInput extends DescribingInput, EncryptionInput, LockInput {
  readonly Tagging?: string | undefined;
  readonly StorageClass?: string | undefined;
}

export interface ObjectTraits {
  readonly document: ObjectDocument;
  readonly sealing: Sealing;
  /** Columns of the row. */
  readonly columns: {
    readonly storage_class: string;
    readonly encryption: string | null;
    readonly tags: string | null;
    readonly lock: string | null;
  };
}

export function traitsOf(input: NewObjectInput, bucket: Bucket, call: Call, deps: S3Deps): ObjectTraits {
  const sealing = sealingOf(input, defaultEncryptionOf(bucket, deps.settings), bucket, deps.objectSecret, call);
  return {
    document: documentOf(input, call),
    sealing,
    columns: {
      storage_class: storageClassOf(input.StorageClass, call),
      encryption: sealing.encryption ? JSON.stringify(sealing.encryption) : null,
      tags: tagsColumn(readTagHeader(input.Tagging, call)),
      lock: lockOf(input, bucket, call),
    },
  };
}

/** What a write needs beside s3:PutObject. */
export function traitsAccess(input: NewObjectInput & { Bucket?: string; Key?: string }): Access[] {
  const resource = objectArn(input.Bucket, input.Key);
  return [
    ...(input.Tagging ? [{ action: 's3:PutObjectTagging', resource }] : []),
    ...(input.ObjectLockMode ? [{ action: 's3:PutObjectRetention', resource }] : []),
    ...(input.ObjectLockLegalHoldStatus ? [{ action: 's3:PutObjectLegalHold', resource }] : []),
  ];
}
