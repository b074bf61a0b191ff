/**
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html: the copy names its source's bytes, nothing is moved. Only an object that
 * was uploaded in parts, or one whose checksum is wanted in another algorithm, is read once, since a copy has one ETag and checksum of the whole;
 * one that is encrypted otherwise than its source is written anew.
 */
import { createHash } from 'node:crypto';
import type { Call } from '../../../contract/call.ts';
import type { Input } from '../../../models/types.ts';
import { Conflict } from '../../../storage/database.ts';
import { getBucket } from '../buckets/bucket.ts';
import type { Bucket } from '../buckets/bucket-cache.ts';
import { encryptionMembers, type Sealing } from '../bytes/encryption.ts';
import { openBytes } from '../bytes/open-bytes.ts';
import { type ChecksumAlgorithm, createHasher } from '../checksums/checksum.ts';
import type { S3Deps, S3Operation } from '../deps.ts';
import { conflictingOperation, invalidArgument, invalidRequest } from '../refusals.ts';
import type { BucketRow, ObjectRow } from '../tables.ts';
import { refuseUnsupported } from '../unsupported-headers.ts';
import { nothingExpected, readAlgorithm } from './body-expectations.ts';
import { type CopySource, type FoundSource, getCopySource, getSource, sourceAccess } from './copy-source.ts';
import { traitsOf, writeAccess } from './new-object.ts';
import { checksumMembers, documentIn, quoted, secondsOf } from './object.ts';
import { documentOf, type ObjectDocument } from './object-document.ts';
import { checkKey } from './object-key.ts';
import { requireBlob } from './object-store.ts';
import { receiveBody } from './receive-body.ts';
import { storeObject, versionMember, writeCondition } from './store-object.ts';

type CopyInput = Input<'s3', 'CopyObject'>;

const maxSize = 5 * 1024 ** 3;
/** How often the source may be replaced meanwhile. */
const attempts = 10;

export const copyObject: S3Operation<'CopyObject'> = {
  audit: { data: true },
  access: (input, call) => [...sourceAccess(input, call), ...writeAccess(input, call)],
  async handle(input, call, deps) {
    checkKey(input.Key, call);
    refuseUnsupported(input, call);
    const source = getCopySource(input, call);
    const bucket = await getBucket(deps, call, input);
    checkDirectives(input, source, bucket, call);
    for (let attempt = 0; attempt < attempts; attempt++) {
      const answer = await copy(input, source, bucket, call, deps);
      if (answer !== undefined) return answer;
    }
    throw conflictingOperation(call);
  },
};

function checkDirectives(input: CopyInput, source: CopySource, bucket: Bucket, call: Call): void {
  const directive = input.MetadataDirective;
  checkDirective(directive, 'Unknown metadata directive.', 'x-amz-metadata-directive', call);
  checkDirective(input.TaggingDirective, 'Unknown tagging directive.', 'x-amz-tagging-directive', call);
  const isSame = source.bucket === input.Bucket && source.key === input.Key && source.versionId === undefined;
  const changes =
    directive === 'REPLACE' ||
    input.StorageClass !== undefined ||
    input.WebsiteRedirectLocation !== undefined ||
    input.ServerSideEncryption !== undefined ||
    input.SSECustomerAlgorithm !== undefined ||
    // Whether or not it changes this object's (observed).
    bucket.configuration.encryption !== undefined;
  if (isSame && !changes) {
    throw invalidRequest(
      call,
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
}

function checkDirective(directive: string | undefined, message: string, header: string, call: Call): void {
  if (directive === undefined || directive === 'COPY' || directive === 'REPLACE') return;
  throw invalidArgument(call, message, header, directive);
}

/** Undefined: the source changed on the way. */
async function copy(input: CopyInput, from: CopySource, bucket: Bucket, call: Call, deps: S3Deps) {
  const source = await getSource(from, input, call, deps);
  const original = source.row;
  if (original.size > maxSize) {
    throw invalidRequest(
      call,
      `The specified copy source is larger than the maximum allowable size for a copy source: ${maxSize}`,
    );
  }
  const named = input.ChecksumAlgorithm;
  const algorithm = named === undefined ? original.checksum_algorithm : readAlgorithm(named, call);
  const { document, sealing, columns } = traitsOf(input, bucket, call, deps);
  const bytes = await bytesOf(source, sealing, algorithm, call, deps);
  if (bytes === undefined) return undefined;
  const { isNewBlob, statements, ...described } = bytes;
  const object = {
    ...described,
    ...columns,
    size: original.size,
    tags: input.TaggingDirective === 'REPLACE' ? columns.tags : original.tags,
    bucket: bucket.name,
    key: input.Key,
    last_modified: call.now.getTime(),
    document: JSON.stringify({ ...documentFor(input, documentIn(original), call), acl: document.acl }),
  };
  const condition = writeCondition(input, call);
  const before = isNewBlob ? [] : [requireBlob(original)];
  try {
    const reason = 'CopyObject';
    const row = await storeObject(
      { bucket, object, condition, reason, isNewBlob, before, bytes: statements },
      call,
      deps,
    );
    return answerOf(row, source, sealing, bucket);
  } catch (error) {
    if (error instanceof Conflict) return undefined;
    throw error;
  }
}

function answerOf(row: ObjectRow, source: FoundSource, { encryption }: Sealing, bucket: BucketRow) {
  const isVersioned = source.bucket.versioning !== 'Unversioned';
  return {
    CopyObjectResult: {
      ETag: quoted(row.etag),
      LastModified: secondsOf(row.last_modified),
      ...checksumMembers(row.checksum_algorithm, row.checksum_type, row.checksum_value),
    },
    ...encryptionMembers(encryption),
    ...versionMember(bucket, row),
    ...(isVersioned ? { CopySourceVersionId: source.row.version_id } : {}),
  };
}

function documentFor(input: CopyInput, original: ObjectDocument, call: Call): ObjectDocument {
  if (input.MetadataDirective === 'REPLACE') return documentOf(input, call);
  const { parts: _parts, ...kept } = original;
  return { ...kept, WebsiteRedirectLocation: input.WebsiteRedirectLocation };
}

/** The copy's blob with its digests. Undefined if the source was deleted meanwhile. */
async function bytesOf(
  source: FoundSource,
  { secret }: Sealing,
  algorithm: ChecksumAlgorithm,
  call: Call,
  deps: S3Deps,
) {
  const { row } = source;
  if (isSameSecret(source.secret, secret)) {
    const digests = await digestsOf(source, algorithm, deps);
    return digests && { ...digests, blob_id: row.blob_id, isNewBlob: false, statements: [] };
  }
  const bytes = await openBytes({ blobId: row.blob_id, secret: source.secret, range: undefined }, deps);
  if (bytes === undefined) return undefined;
  const received = await receiveBody(bytes, nothingExpected, call, deps, { algorithm, secret });
  return {
    blob_id: received.blobId,
    etag: received.etag,
    checksum_algorithm: algorithm,
    checksum_type: 'FULL_OBJECT' as const,
    checksum_value: received.checksum,
    isNewBlob: true,
    statements: received.statements,
  };
}

export function isSameSecret(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && Buffer.compare(a, b) === 0);
}

async function digestsOf({ row, secret }: FoundSource, algorithm: ChecksumAlgorithm, deps: S3Deps) {
  const isOnePiece = documentIn(row).parts === undefined;
  if (isOnePiece && row.checksum_algorithm === algorithm) {
    const { etag, checksum_algorithm, checksum_type, checksum_value } = row;
    return { etag, checksum_algorithm, checksum_type, checksum_value };
  }
  const md5 = createHash('md5');
  const hasher = createHasher(algorithm);
  if (row.size > 0) {
    const bytes = await openBytes({ blobId: row.blob_id, secret, range: undefined }, deps);
    if (bytes === undefined) return undefined;
    for await (const chunk of bytes instanceof Uint8Array ? [bytes] : bytes) {
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
