/**
 * The permissions that S3's operations need. Runs before validation, so names may be missing.
 * Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
 */
import { formatGlobalArn } from '../../contract/arn.ts';
import type { Access } from '../../contract/operation.ts';

/** A call or a bucket: its region determines the ARN's partition. */
interface Located {
  readonly region: string;
}

export function bucketArn({ region }: Located, bucket: string | undefined): string {
  return formatGlobalArn('s3', region, '', bucket ?? '');
}

export function objectArn(at: Located, bucket: string | undefined, key: string | undefined): string {
  return `${bucketArn(at, bucket)}/${key ?? ''}`;
}

/** The object that an ARN of any partition names. */
export function objectIn(arn: string): { readonly bucket: string; readonly key: string } | undefined {
  const match = /^arn:aws[a-z-]*:s3:::([^/]+)\/(.+)$/s.exec(arn);
  return match ? { bucket: match[1] ?? '', key: match[2] ?? '' } : undefined;
}

interface BucketInput {
  readonly Bucket?: string | undefined;
}

interface ObjectInput extends BucketInput {
  readonly Key?: string | undefined;
}

export function bucketAccess(action: string): (input: BucketInput, call: Located) => Access[] {
  return (input, call) => [{ action, resource: bucketArn(call, input.Bucket) }];
}

export function objectAccess(action: string): (input: ObjectInput, call: Located) => Access[] {
  return (input, call) => [{ action, resource: objectArn(call, input.Bucket, input.Key) }];
}

export interface ListInput extends BucketInput {
  readonly Prefix?: string | undefined;
  readonly Delimiter?: string | undefined;
  readonly MaxKeys?: number | undefined;
}

/** s3:ListBucket with the keys that policies limit listings by. */
export function listAccess(input: ListInput, call: Located): Access[] {
  const context = {
    ...(input.Prefix === undefined ? {} : { 's3:prefix': input.Prefix }),
    ...(input.Delimiter === undefined ? {} : { 's3:delimiter': input.Delimiter }),
    ...(input.MaxKeys === undefined ? {} : { 's3:max-keys': String(input.MaxKeys) }),
  };
  return [{ action: 's3:ListBucket', resource: bucketArn(call, input.Bucket), context }];
}

/** Acting on a named version needs another permission. */
export function versionAccess(
  action: string,
  versionAction: string,
): (input: ObjectInput & { readonly VersionId?: string | undefined }, call: Located) => Access[] {
  return (input, call) => objectAccess(input.VersionId === undefined ? action : versionAction)(input, call);
}
