/**
 * The actions that a bucket's policy may name, by what they act on. An action may apply to either.
 * Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
 */
const ofBuckets = `CreateBucket DeleteBucket DeleteBucketPolicy DeleteBucketWebsite GetAccelerateConfiguration GetAnalyticsConfiguration
  GetBucketAbac GetBucketAcl GetBucketCORS GetBucketLocation GetBucketLogging GetBucketMetadataTableConfiguration GetBucketNotification
  GetBucketObjectLockConfiguration GetBucketOwnershipControls GetBucketPolicy GetBucketPolicyStatus GetBucketPublicAccessBlock
  GetBucketRequestPayment GetBucketTagging GetBucketVersioning GetBucketWebsite GetEncryptionConfiguration
  GetIntelligentTieringConfiguration GetInventoryConfiguration GetLifecycleConfiguration GetMetricsConfiguration
  GetReplicationConfiguration ListBucket ListBucketMultipartUploads ListBucketVersions ListTagsForResource PutAccelerateConfiguration
  PutAnalyticsConfiguration PutBucketAbac PutBucketAcl PutBucketCORS PutBucketLogging PutBucketNotification
  PutBucketObjectLockConfiguration PutBucketOwnershipControls PutBucketPolicy PutBucketPublicAccessBlock PutBucketRequestPayment
  PutBucketTagging PutBucketVersioning PutBucketWebsite PutEncryptionConfiguration PutIntelligentTieringConfiguration
  PutInventoryConfiguration PutLifecycleConfiguration PutMetricsConfiguration PutReplicationConfiguration TagResource UntagResource
  CreateBucketMetadataTableConfiguration DeleteBucketMetadataTableConfiguration UpdateBucketMetadataInventoryTableConfiguration
  UpdateBucketMetadataJournalTableConfiguration`;

const ofObjects = `AbortMultipartUpload BypassGovernanceRetention DeleteObject DeleteObjectTagging DeleteObjectVersion
  DeleteObjectVersionTagging GetObject GetObjectAcl GetObjectAttributes GetObjectLegalHold GetObjectRetention GetObjectTagging
  GetObjectTorrent GetObjectVersion GetObjectVersionAcl GetObjectVersionAttributes GetObjectVersionForReplication
  GetObjectVersionTagging GetObjectVersionTorrent InitiateReplication ListMultipartUploadParts ObjectOwnerOverrideToBucketOwner
  PutObject PutObjectAcl PutObjectLegalHold PutObjectRetention PutObjectTagging PutObjectVersionAcl PutObjectVersionTagging
  ReplicateDelete ReplicateObject ReplicateTags RestoreObject UpdateObjectEncryption`;

const names = (text: string) => text.split(/\s+/).map((name) => name.toLowerCase());
const bucketActions = names(ofBuckets);
const objectActions = names(ofObjects);

export interface Applicability {
  readonly toBuckets: boolean;
  readonly toObjects: boolean;
}

/** What the actions that a pattern (`s3:Get*`) names act on; undefined where it names none. */
export function applicabilityOf(pattern: string): Applicability | undefined {
  if (/^\*+$/.test(pattern)) return { toBuckets: true, toObjects: true };
  const [vendor = '', name = ''] = pattern.toLowerCase().split(':', 2);
  if (vendor !== 's3') return undefined;
  const toBuckets = bucketActions.some((action) => isLike(name, action));
  const toObjects = objectActions.some((action) => isLike(name, action));
  return toBuckets || toObjects ? { toBuckets, toObjects } : undefined;
}

/** Whether a text matches a pattern of `*` and `?`, in linear time. */
export function isLike(pattern: string, text: string): boolean {
  let at = 0;
  let pos = 0;
  let starAt = -1;
  let starPos = 0;
  while (pos < text.length) {
    if (pattern[at] === '*') {
      starAt = at++;
      starPos = pos;
    } else if (pattern[at] === '?' || pattern[at] === text[pos]) {
      at++;
      pos++;
    } else if (starAt >= 0) {
      at = starAt + 1;
      pos = ++starPos;
    } else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}
