/**
 * S3: the table of its operations.
 *
 * Gaps: versioning, tagging, encryption, object lock, lifecycle, policies, CORS, notifications and websites answer 501, as do headers that ask
 * for them; bucket ownership is BucketOwnerEnforced, so ACLs are refused. DeleteObjects and CompleteMultipartUpload do not check the
 * Content-MD5 of their documents, and DeleteObjects is refused as a whole where one key may not be deleted. A key that is not there answers
 * NoSuchKey also to those who may not list. Storage classes that need a restore are refused.
 * Differs by design: one endpoint serves the buckets of every region without redirects; nothing is eventually consistent. A copy names its
 * source's bytes. A part without a checksum is accepted whatever the upload was created with. Objects of other accounts cannot be reached.
 * `+` in x-amz-copy-source is a plus. CompleteMultipartUpload's Location has no host.
 * Client quirks: boto3 lists with encoding-type=url and decodes `+` as a space; the JavaScript SDK sends CRC-32 in a trailer for streams and in
 * a header for buffers; the AWS CLI asks for CRC64NVME.
 */
import { defineService, type OperationTable, type Service } from '../../contract/service.ts';
import { startBlobCollector } from './blob-collector.ts';
import { createBucketCache } from './buckets/bucket-cache.ts';
import { createBucket } from './buckets/create-bucket.ts';
import { deleteBucket } from './buckets/delete-bucket.ts';
import { getBucketLocation } from './buckets/get-bucket-location.ts';
import { headBucket } from './buckets/head-bucket.ts';
import { listBuckets } from './buckets/list-buckets.ts';
import type { S3Deps, S3Resources } from './deps.ts';
import { listObjects } from './listing/list-objects.ts';
import { listObjectsV2 } from './listing/list-objects-v2.ts';
import { abortMultipartUpload } from './multipart/abort-multipart-upload.ts';
import { completeMultipartUpload } from './multipart/complete-multipart-upload.ts';
import { createMultipartUpload } from './multipart/create-multipart-upload.ts';
import { listMultipartUploads } from './multipart/list-multipart-uploads.ts';
import { listParts } from './multipart/list-parts.ts';
import { uploadPart } from './multipart/upload-part.ts';
import { uploadPartCopy } from './multipart/upload-part-copy.ts';
import { copyObject } from './objects/copy-object.ts';
import { deleteObject } from './objects/delete-object.ts';
import { deleteObjects } from './objects/delete-objects.ts';
import { getObject } from './objects/get-object.ts';
import { headObject } from './objects/head-object.ts';
import { putObject } from './objects/put-object.ts';

export const s3Operations = {
  CreateBucket: createBucket,
  HeadBucket: headBucket,
  ListBuckets: listBuckets,
  DeleteBucket: deleteBucket,
  GetBucketLocation: getBucketLocation,
  PutObject: putObject,
  GetObject: getObject,
  HeadObject: headObject,
  CopyObject: copyObject,
  DeleteObject: deleteObject,
  DeleteObjects: deleteObjects,
  ListObjects: listObjects,
  ListObjectsV2: listObjectsV2,
  CreateMultipartUpload: createMultipartUpload,
  UploadPart: uploadPart,
  UploadPartCopy: uploadPartCopy,
  CompleteMultipartUpload: completeMultipartUpload,
  AbortMultipartUpload: abortMultipartUpload,
  ListParts: listParts,
  ListMultipartUploads: listMultipartUploads,
} satisfies OperationTable<'s3', S3Deps>;

export function s3Service(resources: S3Resources): { service: Service; stop(): Promise<void> } {
  const collector = startBlobCollector(resources);
  const buckets = createBucketCache(resources.database);
  const deps: S3Deps = { ...resources, buckets, collect: () => collector.wake() };
  return { service: defineService('s3', deps, s3Operations), stop: () => collector.stop() };
}
