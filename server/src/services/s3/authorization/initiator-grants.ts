/**
 * The caller that created an upload may list its parts and abort it, and so may their account, also in another account's bucket, unless a policy denies it.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions
 */

import { findUpload } from '../multipart/upload-store.ts';
import type { ChangeAccess } from './change-access.ts';
import { allowedTo } from './object-grants.ts';

const actions = new Set(['s3:AbortMultipartUpload', 's3:ListMultipartUploadParts']);

interface UploadInput {
  readonly Bucket?: string | undefined;
  readonly Key?: string | undefined;
  readonly UploadId?: string | undefined;
}

export const addInitiatorGrants: ChangeAccess = (access, input, call, deps) => {
  const { Bucket: name, Key: key, UploadId: id } = input as UploadInput;
  if (name === undefined || id === undefined || !access.some(({ action }) => actions.has(action))) return access;
  return Promise.all([deps.buckets.find(name), findUpload(deps.database, id)]).then(([bucket, upload]) => {
    const isNamed = upload?.bucket === name && upload.key === key;
    if (!bucket || !isNamed || upload.initiator.split(':')[4] !== call.account) return access;
    // The account decides which of its other users may.
    const principal = upload.initiator === call.principal.arn ? call.principal.arn : call.account;
    return access.map((one) => allowedTo(one, [{ AWS: principal }], bucket.account));
  });
};
