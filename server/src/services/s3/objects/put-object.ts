/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html */
import type { Call } from '../../../contract/call.ts';
import type { Input } from '../../../models/types.ts';
import { getBucket } from '../buckets/bucket.ts';
import { encryptionMembers } from '../bytes/encryption.ts';
import type { S3Operation } from '../deps.ts';
import { expirationMember } from '../lifecycle/expiration.ts';
import { invalidRequest } from '../refusals.ts';
import { refuseUnsupported } from '../unsupported-headers.ts';
import { type BodyExpectations, expectationsOf } from './body-expectations.ts';
import { traitsOf, writeAccess } from './new-object.ts';
import { checksumMembers, quoted } from './object.ts';
import { checkKey } from './object-key.ts';
import { receiveBody } from './receive-body.ts';
import { storeObject, versionMember, writeCondition } from './store-object.ts';

export const putObject: S3Operation<'PutObject'> = {
  audit: { data: true },
  access: writeAccess,
  async handle(input, call, deps) {
    checkKey(input.Key, call);
    refuseUnsupported(input, call);
    const condition = writeCondition(input, call);
    const expected = expectationsOf(input, call);
    requireDigestForLock(input, expected, call);
    const bucket = await getBucket(deps, call, input);
    const { document, sealing, columns } = traitsOf(input, bucket, call, deps);
    const body = await receiveBody(input.Body, expected, call, deps, { secret: sealing.secret });
    const object = {
      ...columns,
      bucket: bucket.name,
      key: input.Key,
      blob_id: body.blobId,
      size: body.size,
      etag: body.etag,
      last_modified: call.now.getTime(),
      checksum_algorithm: body.checksumAlgorithm,
      checksum_type: 'FULL_OBJECT' as const,
      checksum_value: body.checksum,
      document: JSON.stringify(document),
    };
    const bytes = body.statements;
    const row = await storeObject(
      { bucket, object, condition, reason: 'PutObject', isNewBlob: true, bytes },
      call,
      deps,
    );
    return {
      ETag: quoted(row.etag),
      ...checksumMembers(row.checksum_algorithm, 'FULL_OBJECT', row.checksum_value),
      ...encryptionMembers(sealing.encryption),
      ...versionMember(bucket, row),
      ...expirationMember(bucket, row),
    };
  },
};

/** Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html, "Content-MD5". */
function requireDigestForLock(input: Input<'s3', 'PutObject'>, expected: BodyExpectations, call: Call): void {
  if (input.ObjectLockMode === undefined && input.ObjectLockLegalHoldStatus === undefined) return;
  if (expected.md5 !== undefined || expected.algorithm !== undefined) return;
  throw invalidRequest(
    call,
    'Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters',
  );
}
