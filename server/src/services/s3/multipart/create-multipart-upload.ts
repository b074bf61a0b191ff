/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html */
import type { Call } from '../../../contract/call.ts';
import { Conflict } from '../../../storage/database.ts';
import { getBucket } from '../buckets/bucket.ts';
import { encryptionMembers } from '../bytes/encryption.ts';
import { type ChecksumAlgorithm, type ChecksumType, defaultAlgorithm } from '../checksums/checksum.ts';
import type { S3Operation } from '../deps.ts';
import { readAlgorithm } from '../objects/body-expectations.ts';
import { traitsOf, uploadAccess } from '../objects/new-object.ts';
import { checkKey } from '../objects/object-key.ts';
import { invalidArgument, invalidRequest, noSuchBucket } from '../refusals.ts';
import type { UploadRow } from '../tables.ts';
import { refuseUnsupported } from '../unsupported-headers.ts';
import { newUploadId } from './upload.ts';
import { insertUpload } from './upload-store.ts';

export const createMultipartUpload: S3Operation<'CreateMultipartUpload'> = {
  audit: { data: true },
  access: uploadAccess,
  async handle(input, call, deps) {
    checkKey(input.Key, call);
    refuseUnsupported(input, call);
    const named = input.ChecksumAlgorithm;
    if (named === undefined && input.ChecksumType !== undefined) {
      const message = 'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.';
      throw invalidRequest(call, message);
    }
    const algorithm = named === undefined ? defaultAlgorithm : readAlgorithm(named, call);
    const bucket = await getBucket(deps, call, input);
    const { document, sealing, columns } = traitsOf(input, bucket, call, deps);
    const row: UploadRow = {
      ...columns,
      bucket: bucket.name,
      key: input.Key,
      upload_id: newUploadId(call.now),
      initiated_at: call.now.getTime(),
      initiator: call.principal.arn,
      checksum_algorithm: algorithm,
      checksum_type: checksumTypeOf(algorithm, input.ChecksumType, call),
      document: JSON.stringify(document),
    };
    try {
      await deps.database.write([insertUpload(row)]);
    } catch (error) {
      throw error instanceof Conflict ? noSuchBucket(call, input.Bucket) : error;
    }
    return {
      Bucket: row.bucket,
      Key: row.key,
      UploadId: row.upload_id,
      ...encryptionMembers(sealing.encryption),
      ...(named === undefined ? {} : { ChecksumAlgorithm: algorithm, ChecksumType: row.checksum_type }),
    };
  },
};

/** Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html#Full-object-checksums */
function checksumTypeOf(algorithm: ChecksumAlgorithm, wanted: string | undefined, call: Call): ChecksumType {
  const type = wanted ?? (algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE');
  if (type !== 'FULL_OBJECT' && type !== 'COMPOSITE') {
    throw invalidArgument(call, 'Value for x-amz-checksum-type header is invalid.', 'x-amz-checksum-type', type);
  }
  const isPossible = type === 'FULL_OBJECT' ? !algorithm.startsWith('SHA') : algorithm !== 'CRC64NVME';
  if (isPossible) return type;
  throw invalidRequest(
    call,
    `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
  );
}
