/**
 * What may be a bucket's tags. Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/CostAllocTagging.html,
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketTagging.html; texts observed, that of the count excepted.
 */
import type { Tag } from '@aws-sdk/client-s3';
import type { Call } from '../../../../contract/call.ts';
import { conforms } from '../../../../models/validate.ts';
import { malformedXml } from '../../refusals.ts';

const maxTags = 50;
const maxKeyLength = 128;
const maxValueLength = 256;
const allowed = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

export function checkTags(tags: readonly Tag[], call: Call, systemTag = systemTagText): void {
  if (!tags.every((tag) => conforms('s3', 'Tag', tag) && tag.Key)) throw malformedXml(call);
  if (tags.length > maxTags) {
    throw call.error('BadRequest', `Bucket tag count cannot be greater than ${maxTags}`);
  }
  const seen = new Set<string>();
  for (const { Key: key = '', Value: value = '' } of tags) {
    if (seen.has(key)) throw invalidTag(call, 'Cannot provide multiple Tags with the same key', { TagKey: key });
    seen.add(key);
    if (key.toLowerCase().startsWith('aws:')) throw invalidTag(call, systemTag, { TagKey: key });
    if (key.length > maxKeyLength || !allowed.test(key)) {
      throw invalidTag(call, 'The TagKey you have provided is invalid', { TagKey: key });
    }
    if (value.length > maxValueLength || !allowed.test(value)) {
      throw invalidTag(call, 'The TagValue you have provided is invalid', { TagKey: key, TagValue: value });
    }
  }
}

const systemTagText = 'System tags cannot be added/updated by requester';

/** CreateBucket has another text. */
export const systemTagAtCreation =
  'User-defined tag keys can\'t start with "aws:". This prefix is reserved for system tags. Remove "aws:" from your tag keys and try again.';

function invalidTag(call: Call, message: string, fields: Record<string, string>) {
  return call.error('InvalidTag', message, { fields });
}
