/** What a write's headers say of the object beside its bytes: description, class, tags, lock, encryption. */
import type { Call } from '../../../contract/call.ts';
import type { Access, ContextValue } from '../../../contract/operation.ts';
import { objectArn } from '../access.ts';
import { type GrantInput, setsGrants } from '../bucket-configuration/acl/grants.ts';
import { defaultEncryptionOf } from '../bucket-configuration/encryption/default-encryption.ts';
import type { Bucket } from '../buckets/bucket-cache.ts';
import { type EncryptionInput, type Sealing, sealingOf } from '../bytes/encryption.ts';
import type { S3Deps } from '../deps.ts';
import { type LockInput, lockOf } from '../versions/object-lock.ts';
import { aclOfWrite } from './object-acl.ts';
import { type DescribingInput, documentOf, type ObjectDocument } from './object-document.ts';
import { readTagHeader, tagsColumn } from './object-tags.ts';
import { storageClassOf } from './storage-class.ts';

export interface NewObjectInput extends DescribingInput, EncryptionInput, LockInput, GrantInput {
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

export function traitsOf(
  input: NewObjectInput & { readonly Key: string },
  bucket: Bucket,
  call: Call,
  deps: S3Deps,
): ObjectTraits {
  const sealing = sealingOf(input, defaultEncryptionOf(bucket, deps.settings), bucket, deps.objectSecret, call);
  return {
    document: { ...documentOf(input, call), acl: aclOfWrite(input, bucket, call) },
    sealing,
    columns: {
      storage_class: storageClassOf(input.StorageClass, call),
      encryption: sealing.encryption ? JSON.stringify(sealing.encryption) : null,
      tags: tagsColumn(readTagHeader(input.Tagging, call)),
      lock: lockOf(input, bucket, call),
    },
  };
}

interface WriteInput extends NewObjectInput {
  readonly Bucket?: string | undefined;
  readonly Key?: string | undefined;
  readonly CopySource?: string | undefined;
  readonly MetadataDirective?: string | undefined;
  readonly IfMatch?: string | undefined;
  readonly IfNoneMatch?: string | undefined;
}

/** s3:PutObject with the request's condition keys, and the permissions for tags, grants and locks that come with the object. */
export function writeAccess(input: WriteInput, call: Pick<Call, 'region'>): Access[] {
  return asking(input, call, { ...writeContext(input), ...creating(true) });
}

/** The same of an upload in parts, which makes no object before it is completed. */
export function uploadAccess(input: WriteInput, call: Pick<Call, 'region'>): Access[] {
  return asking(input, call, { ...writeContext(input), ...creating(false) });
}

export function partAccess(input: Pick<WriteInput, 'Bucket' | 'Key'>, call: Pick<Call, 'region'>): Access[] {
  return asking(input, call, creating(false));
}

/** Policies that demand conditions spare the steps that cannot have any: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html */
const creating = (isCreated: boolean) => ({ 's3:ObjectCreationOperation': String(isCreated) });

function asking(
  input: WriteInput,
  call: Pick<Call, 'region'>,
  context: Readonly<Record<string, ContextValue>>,
): Access[] {
  const resource = objectArn(call, input.Bucket, input.Key);
  return [
    's3:PutObject',
    ...(input.IfMatch ? ['s3:GetObject'] : []),
    ...(setsGrants(input) ? ['s3:PutObjectAcl'] : []),
    ...(input.Tagging ? ['s3:PutObjectTagging'] : []),
    ...(input.ObjectLockMode ? ['s3:PutObjectRetention'] : []),
    ...(input.ObjectLockLegalHoldStatus ? ['s3:PutObjectLegalHold'] : []),
  ].map((action) => ({ action, resource, context }));
}

/** Condition keys: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html#amazons3-policy-keys */
function writeContext(input: WriteInput): Readonly<Record<string, ContextValue>> {
  const tags = [...new URLSearchParams(input.Tagging ?? '')];
  return {
    's3:x-amz-acl': input.ACL,
    's3:x-amz-copy-source': input.CopySource,
    's3:x-amz-metadata-directive': input.MetadataDirective,
    's3:x-amz-server-side-encryption': input.ServerSideEncryption,
    's3:x-amz-server-side-encryption-aws-kms-key-id': input.SSEKMSKeyId,
    's3:x-amz-server-side-encryption-customer-algorithm': input.SSECustomerAlgorithm,
    's3:x-amz-storage-class': input.StorageClass,
    's3:object-lock-mode': input.ObjectLockMode,
    's3:object-lock-legal-hold': input.ObjectLockLegalHoldStatus,
    's3:object-lock-retain-until-date': input.ObjectLockRetainUntilDate?.toISOString(),
    's3:if-match': input.IfMatch,
    's3:if-none-match': input.IfNoneMatch,
    's3:RequestObjectTagKeys': tags.length > 0 ? tags.map(([key]) => key) : undefined,
    ...Object.fromEntries(tags.map(([key, value]) => [`s3:RequestObjectTag/${key}`, value])),
  };
}
