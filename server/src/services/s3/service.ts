/**
 * S3: the table of its operations.
 *
 * Gaps
 * - MFA delete, encryption contexts and websites answer 501.
 * - Documents need no digest.
 * - Storage classes that need a restore are refused.
 * - Notifications are stored and returned, but not delivered (every object's event is in the outbox).
 * - Lifecycle transitions have no effect: all classes are one disk.
 * - Not checked: whether a policy's principals or a notification's destinations exist, whether a condition key belongs to its action.
 * - aws:kms has one key, alias/aws/s3. Buckets cannot be set to others or to aws:kms:dsse (501); objects that request them get that one, and the
 *   response names it.
 * - Acceleration, logging, websites, replication, analytics, inventory, metrics, tiering and requester-pays cannot be set (501) and answer as never set.
 *
 * Differs from AWS by design
 * - One endpoint serves the buckets of every region without redirects; nothing is eventually consistent.
 * - Objects are encrypted at rest where their request, their bucket or --default-encryption says so.
 * - SSE-C is accepted over HTTP, too.
 * - A copy names its source's bytes.
 * - Bodies in aws-chunked without a decoded length are accepted.
 * - Anonymous callers: docs/decisions/0027-anonymous-access-by-bucket-policy.md.
 * - Other accounts have access where the bucket's policy or a grant names them; the bucket's owner owns all objects, whoever wrote them.
 * - CompleteMultipartUpload's Location has no host.
 *
 * Client quirks
 * - boto3 lists with encoding-type=url and decodes `+` as a space.
 * - The JavaScript SDK sends CRC-32 in a trailer for streams and in a header for buffers.
 * - The AWS CLI requests CRC64NVME.
 */
import { defineService, type OperationTable, type Service } from '../../contract/service.ts';
import { withAuthorization } from './authorization/with-authorization.ts';
import { startBlobCollector } from './blob-collector.ts';
import { getBucketAcl } from './bucket-configuration/acl/get-bucket-acl.ts';
import { putBucketAcl } from './bucket-configuration/acl/put-bucket-acl.ts';
import { crossOriginOf } from './bucket-configuration/cors/cross-origin.ts';
import { deleteBucketCors } from './bucket-configuration/cors/delete-bucket-cors.ts';
import { getBucketCors } from './bucket-configuration/cors/get-bucket-cors.ts';
import { putBucketCors } from './bucket-configuration/cors/put-bucket-cors.ts';
import { deleteBucketEncryption } from './bucket-configuration/encryption/delete-bucket-encryption.ts';
import { getBucketEncryption } from './bucket-configuration/encryption/get-bucket-encryption.ts';
import { putBucketEncryption } from './bucket-configuration/encryption/put-bucket-encryption.ts';
import { deleteBucketLifecycle } from './bucket-configuration/lifecycle/delete-bucket-lifecycle.ts';
import { getBucketLifecycleConfiguration } from './bucket-configuration/lifecycle/get-bucket-lifecycle-configuration.ts';
import { putBucketLifecycleConfiguration } from './bucket-configuration/lifecycle/put-bucket-lifecycle-configuration.ts';
import { getBucketNotificationConfiguration } from './bucket-configuration/notification/get-bucket-notification-configuration.ts';
import { putBucketNotificationConfiguration } from './bucket-configuration/notification/put-bucket-notification-configuration.ts';
import { deleteBucketOwnershipControls } from './bucket-configuration/ownership-controls/delete-bucket-ownership-controls.ts';
import { getBucketOwnershipControls } from './bucket-configuration/ownership-controls/get-bucket-ownership-controls.ts';
import { putBucketOwnershipControls } from './bucket-configuration/ownership-controls/put-bucket-ownership-controls.ts';
import { anonymousOf } from './bucket-configuration/policy/anonymous.ts';
import { deleteBucketPolicy } from './bucket-configuration/policy/delete-bucket-policy.ts';
import { getBucketPolicy } from './bucket-configuration/policy/get-bucket-policy.ts';
import { getBucketPolicyStatus } from './bucket-configuration/policy/get-bucket-policy-status.ts';
import { putBucketPolicy } from './bucket-configuration/policy/put-bucket-policy.ts';
import { deletePublicAccessBlock } from './bucket-configuration/public-access-block/delete-public-access-block.ts';
import { getPublicAccessBlock } from './bucket-configuration/public-access-block/get-public-access-block.ts';
import { putPublicAccessBlock } from './bucket-configuration/public-access-block/put-public-access-block.ts';
import { deleteBucketTagging } from './bucket-configuration/tagging/delete-bucket-tagging.ts';
import { getBucketTagging } from './bucket-configuration/tagging/get-bucket-tagging.ts';
import { putBucketTagging } from './bucket-configuration/tagging/put-bucket-tagging.ts';
import { getBucketAccelerateConfiguration } from './bucket-configuration/unconfigured/get-bucket-accelerate-configuration.ts';
import { getBucketAnalyticsConfiguration } from './bucket-configuration/unconfigured/get-bucket-analytics-configuration.ts';
import { getBucketIntelligentTieringConfiguration } from './bucket-configuration/unconfigured/get-bucket-intelligent-tiering-configuration.ts';
import { getBucketInventoryConfiguration } from './bucket-configuration/unconfigured/get-bucket-inventory-configuration.ts';
import { getBucketLogging } from './bucket-configuration/unconfigured/get-bucket-logging.ts';
import { getBucketMetricsConfiguration } from './bucket-configuration/unconfigured/get-bucket-metrics-configuration.ts';
import { getBucketReplication } from './bucket-configuration/unconfigured/get-bucket-replication.ts';
import { getBucketRequestPayment } from './bucket-configuration/unconfigured/get-bucket-request-payment.ts';
import { getBucketWebsite } from './bucket-configuration/unconfigured/get-bucket-website.ts';
import { listBucketAnalyticsConfigurations } from './bucket-configuration/unconfigured/list-bucket-analytics-configurations.ts';
import { listBucketIntelligentTieringConfigurations } from './bucket-configuration/unconfigured/list-bucket-intelligent-tiering-configurations.ts';
import { listBucketInventoryConfigurations } from './bucket-configuration/unconfigured/list-bucket-inventory-configurations.ts';
import { listBucketMetricsConfigurations } from './bucket-configuration/unconfigured/list-bucket-metrics-configurations.ts';
import { createBucketCache } from './buckets/bucket-cache.ts';
import { createBucket } from './buckets/create-bucket.ts';
import { deleteBucket } from './buckets/delete-bucket.ts';
import { getBucketLocation } from './buckets/get-bucket-location.ts';
import { headBucket } from './buckets/head-bucket.ts';
import { listBuckets } from './buckets/list-buckets.ts';
import { createPins } from './bytes/pins.ts';
import { createMd5Thread } from './checksums/md5-thread.ts';
import type { S3Deps, S3Resources } from './deps.ts';
import { startLifecycle } from './lifecycle/lifecycle-reconciler.ts';
import { listObjectVersions } from './listing/list-object-versions.ts';
import { listObjects } from './listing/list-objects.ts';
import { listObjectsV2 } from './listing/list-objects-v2.ts';
import { abortMultipartUpload } from './multipart/abort-multipart-upload.ts';
import { completeMultipartUpload } from './multipart/complete-multipart-upload.ts';
import { createMultipartUpload } from './multipart/create-multipart-upload.ts';
import { listMultipartUploads } from './multipart/list-multipart-uploads.ts';
import { listParts } from './multipart/list-parts.ts';
import { uploadPart } from './multipart/upload-part.ts';
import { uploadPartCopy } from './multipart/upload-part-copy.ts';
import { functionNotifier } from './notify-functions.ts';
import { copyObject } from './objects/copy-object.ts';
import { deleteObject } from './objects/delete-object.ts';
import { deleteObjectTagging } from './objects/delete-object-tagging.ts';
import { deleteObjects } from './objects/delete-objects.ts';
import { getObject } from './objects/get-object.ts';
import { getObjectAcl } from './objects/get-object-acl.ts';
import { getObjectAttributes } from './objects/get-object-attributes.ts';
import { getObjectTagging } from './objects/get-object-tagging.ts';
import { headObject } from './objects/head-object.ts';
import { putObject } from './objects/put-object.ts';
import { putObjectAcl } from './objects/put-object-acl.ts';
import { putObjectTagging } from './objects/put-object-tagging.ts';
import { getBucketVersioning } from './versions/get-bucket-versioning.ts';
import { getObjectLegalHold } from './versions/get-object-legal-hold.ts';
import { getObjectLockConfiguration } from './versions/get-object-lock-configuration.ts';
import { getObjectRetention } from './versions/get-object-retention.ts';
import { putBucketVersioning } from './versions/put-bucket-versioning.ts';
import { putObjectLegalHold } from './versions/put-object-legal-hold.ts';
import { putObjectLockConfiguration } from './versions/put-object-lock-configuration.ts';
import { putObjectRetention } from './versions/put-object-retention.ts';

export const s3Operations = {
  CreateBucket: createBucket,
  HeadBucket: headBucket,
  ListBuckets: listBuckets,
  DeleteBucket: deleteBucket,
  GetBucketLocation: getBucketLocation,
  DeleteBucketTagging: deleteBucketTagging,
  GetBucketTagging: getBucketTagging,
  PutBucketTagging: putBucketTagging,
  DeleteBucketPolicy: deleteBucketPolicy,
  GetBucketPolicy: getBucketPolicy,
  GetBucketPolicyStatus: getBucketPolicyStatus,
  PutBucketPolicy: putBucketPolicy,
  DeletePublicAccessBlock: deletePublicAccessBlock,
  GetPublicAccessBlock: getPublicAccessBlock,
  PutPublicAccessBlock: putPublicAccessBlock,
  DeleteBucketOwnershipControls: deleteBucketOwnershipControls,
  GetBucketOwnershipControls: getBucketOwnershipControls,
  PutBucketOwnershipControls: putBucketOwnershipControls,
  GetBucketAcl: getBucketAcl,
  PutBucketAcl: putBucketAcl,
  DeleteBucketCors: deleteBucketCors,
  GetBucketCors: getBucketCors,
  PutBucketCors: putBucketCors,
  DeleteBucketEncryption: deleteBucketEncryption,
  GetBucketEncryption: getBucketEncryption,
  PutBucketEncryption: putBucketEncryption,
  DeleteBucketLifecycle: deleteBucketLifecycle,
  GetBucketLifecycleConfiguration: getBucketLifecycleConfiguration,
  PutBucketLifecycleConfiguration: putBucketLifecycleConfiguration,
  GetBucketNotificationConfiguration: getBucketNotificationConfiguration,
  PutBucketNotificationConfiguration: putBucketNotificationConfiguration,
  GetBucketAccelerateConfiguration: getBucketAccelerateConfiguration,
  GetBucketAnalyticsConfiguration: getBucketAnalyticsConfiguration,
  GetBucketIntelligentTieringConfiguration: getBucketIntelligentTieringConfiguration,
  GetBucketInventoryConfiguration: getBucketInventoryConfiguration,
  GetBucketLogging: getBucketLogging,
  GetBucketMetricsConfiguration: getBucketMetricsConfiguration,
  GetBucketReplication: getBucketReplication,
  GetBucketRequestPayment: getBucketRequestPayment,
  GetBucketWebsite: getBucketWebsite,
  ListBucketAnalyticsConfigurations: listBucketAnalyticsConfigurations,
  ListBucketIntelligentTieringConfigurations: listBucketIntelligentTieringConfigurations,
  ListBucketInventoryConfigurations: listBucketInventoryConfigurations,
  ListBucketMetricsConfigurations: listBucketMetricsConfigurations,
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
  GetObjectAcl: getObjectAcl,
  PutObjectAcl: putObjectAcl,
  GetObjectAttributes: getObjectAttributes,
  GetObjectTagging: getObjectTagging,
  PutObjectTagging: putObjectTagging,
  DeleteObjectTagging: deleteObjectTagging,
  ListObjectVersions: listObjectVersions,
  GetBucketVersioning: getBucketVersioning,
  PutBucketVersioning: putBucketVersioning,
  GetObjectLockConfiguration: getObjectLockConfiguration,
  PutObjectLockConfiguration: putObjectLockConfiguration,
  GetObjectLegalHold: getObjectLegalHold,
  PutObjectLegalHold: putObjectLegalHold,
  GetObjectRetention: getObjectRetention,
  PutObjectRetention: putObjectRetention,
} satisfies OperationTable<'s3', S3Deps>;

export function s3Service(resources: S3Resources): { service: Service; stop(): Promise<void> } {
  const pins = createPins();
  const collector = startBlobCollector(resources, pins);
  const buckets = createBucketCache(resources.database);
  resources.changes.onChange('s3-buckets', buckets.forgetAll);
  const md5Thread = createMd5Thread();
  const deps: S3Deps = {
    ...resources,
    pins,
    buckets,
    md5Thread,
    collect: () => collector.wake(),
    applyRules: (bucket) => lifecycle.wake(bucket),
  };
  const lifecycle = startLifecycle(deps);
  deps.outbox.subscribe(functionNotifier(deps));
  const service = defineService('s3', deps, withAuthorization(s3Operations), {
    crossOrigin: crossOriginOf(buckets),
    anonymous: anonymousOf(buckets),
  });
  return {
    service,
    async stop() {
      await lifecycle.stop();
      await collector.stop();
      await md5Thread.stop();
    },
  };
}
