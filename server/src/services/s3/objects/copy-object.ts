/**
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html: the copy names its source's bytes, nothing is moved. Only an object that
 * was uploaded in parts, or one whose checksum is wanted in another algorithm, is read once, since a copy has one ETag and checksum of the whole.
 */
import { createHash } from 'node:crypto';
import type { Call } from '../../../contract/call.ts';
import type { Input } from '../../../models/types.ts';
import { Conflict } from '../../../storage/database.ts';
import { objectAccess } from '../access.ts';
import { getBucket } from '../buckets/bucket.ts';
import { type ChecksumAlgorithm, createHasher } from '../checksums/checksum.ts';
import type { S3Deps, S3Operation } from '../deps.ts';
import { conflictingOperation, invalidArgument, invalidRequest } from '../refusals.ts';
import type { BucketRow, ObjectRow } from '../tables.ts';
import { refuseGrants, refuseUnsupported } from '../unsupported-headers.ts';
import { readAlgorithm } from './body-expectations.ts';
import { type CopySource, getCopySource, getSourceRow, sourceAccess } from './copy-source.ts';
import { checksumMembers, documentIn, quoted, secondsOf } from './object.ts';
import { documentOf, type ObjectDocument } from './object-document.ts';
import { checkKey } from './object-key.ts';
import { requireBlob } from './object-store.ts';
import { openBlob } from './open-blob.ts';
import { storageClassOf } from './storage-class.ts';
import { storeObject, writeCondition } from './store-object.ts';

type CopyInput = Input<'s3', 'CopyObject'>;

const maxSize = 5 * 1024 ** 3;
/** How often the source may be replaced meanwhile. */
const attempts = 10;

export const copyObject: S3Operation<'CopyObject'> = {
  access: (input) => [...sourceAccess(input), ...objectAccess('s3:PutObject')(input)],
  async handle(input, call, deps) {
    checkKey(input.Key, call);
    refuseUnsupported(input, call);
    refuseGrants(input, call);
    const source = getCopySource(input, call);
    checkDirectives(input, source, call);
    const bucket = await getBucket(deps, call, input);
    for (let attempt = 0; attempt < attempts; attempt++) {
      const row = await copy(input, source, bucket, call, deps);
      if (row === undefined) continue;
      return {
        CopyObjectResult: {
          ETag: quoted(row.etag),
          LastModified: secondsOf(row.last_modified),
          ...checksumMembers(row.checksum_algorithm, row.checksum_type, row.checksum_value),
        },
      };
    }
    throw conflictingOperation(call);
  },
};

function checkDirectives(input: CopyInput, source: CopySource, call: Call): void {
  const directive = input.MetadataDirective;
  if (directive !== undefined && directive !== 'COPY' && directive !== 'REPLACE') {
    throw invalidArgument(call, 'Unknown metadata directive.', 'x-amz-metadata-directive', directive);
  }
  const isSame = source.bucket === input.Bucket && source.key === input.Key;
  const changes = directive === 'REPLACE' || input.StorageClass !== undefined || input.WebsiteRedirectLocation;
  if (isSame && !changes) {
    throw invalidRequest(
      call,
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
}

/** Undefined: the source changed on the way. */
async function copy(
  input: CopyInput,
  source: CopySource,
  bucket: BucketRow,
  call: Call,
  deps: S3Deps,
): Promise<ObjectRow | undefined> {
  const original = await getSourceRow(source, input, call, deps);
  if (original.size > maxSize) {
    throw invalidRequest(
      call,
      `The specified copy source is larger than the maximum allowable size for a copy source: ${maxSize}`,
    );
  }
  const algorithm =
    input.ChecksumAlgorithm === undefined ? original.checksum_algorithm : readAlgorithm(input.ChecksumAlgorithm, call);
  const digests = await digestsOf(original, algorithm, deps);
  if (digests === undefined) return undefined;
  const row: ObjectRow = {
    ...original,
    ...digests,
    bucket: bucket.name,
    key: input.Key,
    last_modified: call.now.getTime(),
    storage_class: storageClassOf(input.StorageClass, call),
    document: JSON.stringify(documentFor(input, documentIn(original), call)),
  };
  const condition = writeCondition(input, call);
  const before = [requireBlob(original)];
  try {
    await storeObject({ bucket, row, condition, reason: 'CopyObject', isNewBlob: false, before }, call, deps);
  } catch (error) {
    if (error instanceof Conflict) return undefined;
    throw error;
  }
  return row;
}

function documentFor(input: CopyInput, original: ObjectDocument, call: Call): ObjectDocument {
  if (input.MetadataDirective === 'REPLACE') return documentOf(input, call);
  const { parts: _parts, ...kept } = original;
  return { ...kept, WebsiteRedirectLocation: input.WebsiteRedirectLocation };
}

async function digestsOf(row: ObjectRow, algorithm: ChecksumAlgorithm, deps: S3Deps) {
  const isOnePiece = documentIn(row).parts === undefined;
  if (isOnePiece && row.checksum_algorithm === algorithm) return {};
  const md5 = createHash('md5');
  const hasher = createHasher(algorithm);
  if (row.size > 0) {
    const stream = await openBlob(deps.blobs, row.blob_id, undefined);
    if (stream === undefined) return undefined;
    for await (const chunk of stream) {
      md5.update(chunk);
      hasher.update(chunk);
    }
  }
  return {
    etag: md5.digest('hex'),
    checksum_algorithm: algorithm,
    checksum_type: 'FULL_OBJECT' as const,
    checksum_value: hasher.digest(),
  };
}
