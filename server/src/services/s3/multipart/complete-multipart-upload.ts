/**
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html: the object is the list of its parts, no byte is moved. Asked
 * for again after its answer was lost, it answers the same.
 */
import { createHash } from 'node:crypto';
import type { Call } from '../../../contract/call.ts';
import type { Input } from '../../../models/types.ts';
import { Conflict } from '../../../storage/database.ts';
import { getBucket } from '../buckets/bucket.ts';
import { newCompositeId } from '../bytes/blob-id.ts';
import { insertSegments } from '../bytes/byte-store.ts';
import { encryptionIn, encryptionMembers } from '../bytes/encryption.ts';
import { checksumMember, compositeChecksum, fullObjectChecksum, isChecksumValue } from '../checksums/checksum.ts';
import type { S3Deps, S3Operation } from '../deps.ts';
import { discardUnchosenParts } from '../garbage-store.ts';
import { invalidChecksum } from '../objects/body-expectations.ts';
import { writeAccess } from '../objects/new-object.ts';
import { checksumMembers, documentIn, quoted } from '../objects/object.ts';
import { type NewObject, storeObject, versionMember, writeCondition } from '../objects/store-object.ts';
import { conflictingOperation, invalidRequest, malformedXml, noSuchUpload } from '../refusals.ts';
import type { BucketRow, ObjectRow, PartRow, UploadRow } from '../tables.ts';
import { refuseUnsupported } from '../unsupported-headers.ts';
import { urlEncode } from '../url-encoding.ts';
import { findCompleted } from '../versions/version-store.ts';
import { chooseParts } from './choose-parts.ts';
import { maxParts } from './upload.ts';
import { findUpload, listParts, removeParts, removeUpload } from './upload-store.ts';

type CompleteInput = Input<'s3', 'CompleteMultipartUpload'>;

/** How often parts may be replaced, or the upload ended by another request, meanwhile. */
const attempts = 10;

export const completeMultipartUpload: S3Operation<'CompleteMultipartUpload'> = {
  audit: { data: true },
  access: writeAccess,
  async handle(input, call, deps) {
    refuseUnsupported(input, call);
    const bucket = await getBucket(deps, call, input);
    for (let attempt = 0; attempt < attempts; attempt++) {
      const upload = await findUpload(deps.database, input.UploadId);
      const row =
        upload === undefined
          ? await completedBefore(input, call, deps)
          : await complete(input, bucket, upload, call, deps);
      if (row !== undefined) return answer(row, bucket);
    }
    throw conflictingOperation(call);
  },
};

function answer(row: ObjectRow, bucket: BucketRow) {
  return {
    Location: `/${row.bucket}/${urlEncode(row.key)}`,
    Bucket: row.bucket,
    Key: row.key,
    ETag: quoted(row.etag),
    ...checksumMembers(row.checksum_algorithm, row.checksum_type, row.checksum_value),
    ...encryptionMembers(encryptionIn(row)),
    ...versionMember(bucket, row),
  };
}

async function completedBefore(input: CompleteInput, call: Call, deps: S3Deps): Promise<ObjectRow> {
  const row = await findCompleted(deps.database, input.Bucket, input.Key, input.UploadId);
  if (row === undefined) throw noSuchUpload(call, input.UploadId);
  return row;
}

/** Undefined: the world changed on the way, look again. */
async function complete(
  input: CompleteInput,
  bucket: BucketRow,
  upload: UploadRow,
  call: Call,
  deps: S3Deps,
): Promise<ObjectRow | undefined> {
  if (upload.bucket !== input.Bucket || upload.key !== input.Key) throw noSuchUpload(call, input.UploadId);
  if (input.MultipartUpload === undefined) throw malformedXml(call);
  const condition = writeCondition(input, call);
  const stored = await listParts(deps.database, upload.upload_id, 0, maxParts);
  // They go together with the upload: completed or aborted between the two reads.
  if (stored.length === 0 && (await findUpload(deps.database, upload.upload_id)) === undefined) return undefined;
  const parts = chooseParts(input.MultipartUpload.Parts, stored, upload, call);
  const described = describeWhole(upload, parts);
  checkWhole(input, described, call);
  const blobId = newCompositeId();
  const object = { ...described, blob_id: blobId, last_modified: call.now.getTime() };
  const id = upload.upload_id;
  const before = [insertSegments(blobId, parts), removeUpload(id), discardUnchosenParts(id, blobId), removeParts(id)];
  try {
    const reason = 'CompleteMultipartUpload';
    return await storeObject({ bucket, object, condition, reason, isNewBlob: false, before }, call, deps);
  } catch (error) {
    if (error instanceof Conflict) return undefined;
    throw error;
  }
}

function describeWhole(upload: UploadRow, parts: readonly PartRow[]): Omit<NewObject, 'blob_id' | 'last_modified'> {
  const algorithm = upload.checksum_algorithm;
  const type = upload.checksum_type;
  const checksums = parts.map(({ checksum_value: value, size }) => ({ value, size }));
  const hash = createHash('md5');
  for (const { etag } of parts) hash.update(etag, 'hex');
  const sizes = parts.map(({ size }) => size);
  return {
    bucket: upload.bucket,
    key: upload.key,
    size: sizes.reduce((total, size) => total + size, 0),
    etag: `${hash.digest('hex')}-${parts.length}`,
    storage_class: upload.storage_class,
    encryption: upload.encryption,
    tags: upload.tags,
    lock: upload.lock,
    checksum_algorithm: algorithm,
    checksum_type: type,
    checksum_value: (type === 'COMPOSITE' ? compositeChecksum : fullObjectChecksum)(algorithm, checksums),
    document: JSON.stringify({ ...documentIn(upload), parts: { uploadId: upload.upload_id, sizes } }),
  };
}

/** What the completion declares of the whole object. */
function checkWhole(
  input: CompleteInput,
  whole: Pick<ObjectRow, 'size' | 'checksum_algorithm' | 'checksum_value' | 'checksum_type'>,
  call: Call,
): void {
  if (input.MpuObjectSize !== undefined && input.MpuObjectSize !== whole.size) {
    throw invalidRequest(
      call,
      `The provided 'x-amz-mp-object-size' header value ${input.MpuObjectSize} does not match what was computed: ${whole.size}`,
    );
  }
  const { checksum_algorithm: algorithm, checksum_type: type } = whole;
  if (input.ChecksumType !== undefined && input.ChecksumType !== type) {
    throw invalidRequest(
      call,
      `The upload was created using the ${type} checksum mode. The complete request must use the same checksum mode.`,
    );
  }
  const checksum = input[checksumMember(algorithm)];
  // Of a composite clients may leave out the number of parts.
  if (checksum === undefined || checksum === whole.checksum_value) return;
  const bare = type === 'COMPOSITE' ? checksum.replace(/-\d+$/, '') : checksum;
  if (!isChecksumValue(algorithm, bare)) throw invalidChecksum(call, algorithm);
  if (checksum === bare && checksum === whole.checksum_value.replace(/-\d+$/, '')) return;
  // Here alone S3 writes the name small.
  throw call.error('BadDigest', `The ${algorithm.toLowerCase()} you specified did not match the calculated checksum.`);
}
