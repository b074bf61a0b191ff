/**
 * What S3's operations ask permission for. Run before validation, so names may be missing.
 * Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
 */
import type { Access } from '../../contract/operation.ts';

export function bucketArn(bucket: string | undefined): string {
  return `arn:aws:s3:::${bucket ?? ''}`;
}

export function objectArn(bucket: string | undefined, key: string | undefined): string {
  return `${bucketArn(bucket)}/${key ?? ''}`;
}

interface BucketInput {
  readonly Bucket?: string | undefined;
}

interface ObjectInput extends BucketInput {
  readonly Key?: string | undefined;
}

export function bucketAccess(action: string): (input: BucketInput) => Access[] {
  return (input) => [{ action, resource: bucketArn(input.Bucket) }];
}

export function objectAccess(action: string): (input: ObjectInput) => Access[] {
  return (input) => [{ action, resource: objectArn(input.Bucket, input.Key) }];
}

export interface ListInput extends BucketInput {
  readonly Prefix?: string | undefined;
  readonly Delimiter?: string | undefined;
  readonly MaxKeys?: number | undefined;
}

/** s3:ListBucket with the keys that policies limit listings by. */
export function listAccess(input: ListInput): Access[] {
  const context = {
    ...(input.Prefix === undefined ? {} : { 's3:prefix': input.Prefix }),
    ...(input.Delimiter === undefined ? {} : { 's3:delimiter': input.Delimiter }),
    ...(input.MaxKeys === undefined ? {} : { 's3:max-keys': String(input.MaxKeys) }),
  };
  return [{ action: 's3:ListBucket', resource: bucketArn(input.Bucket), context }];
}

/** Acting on a version that is named is a right of its own. */
export function versionAccess(
  action: string,
  versionAction: string,
): (input: ObjectInput & { readonly VersionId?: string | undefined }) => Access[] {
  return (input) => objectAccess(input.VersionId === undefined ? action : versionAction)(input);
}
