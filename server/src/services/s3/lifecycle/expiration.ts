/** x-amz-expiration: when a rule will expire an object, and which one. https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html */
import { plannedActions } from '../bucket-configuration/lifecycle-rules.ts';
import type { Bucket } from '../buckets/bucket-cache.ts';
import { tagsIn } from '../objects/object-tags.ts';
import type { ObjectRow } from '../tables.ts';

type Aged = Pick<ObjectRow, 'key' | 'size' | 'last_modified' | 'tags'>;

export function expirationMember({ configuration }: Bucket, row: Aged): { Expiration?: string } {
  const rules = configuration.lifecycle?.Rules;
  if (rules === undefined) return {};
  const [first] = plannedActions(rules, {
    kind: 'current',
    key: row.key,
    size: row.size,
    tags: tagsIn(row).map(([Key, Value]) => ({ Key, Value })),
    isDeleteMarker: false,
    lastModified: new Date(row.last_modified),
    hasNoncurrentVersions: false,
  }).sort((a, b) => a.due.getTime() - b.due.getTime());
  if (first === undefined) return {};
  return { Expiration: `expiry-date="${first.due.toUTCString()}", rule-id="${encodeURIComponent(first.ruleId)}"` };
}
