/** Tags in requests: https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html#tag-conventions. Keys are case-sensitive. */
import type { Call } from '../../../../contract/call.ts';
import type { Statement } from '../../../../storage/database.ts';
import { putTag, type Tag } from './tag-store.ts';

export function checkTags(tags: readonly Tag[], call: Call): void {
  const keys = tags.map(({ Key }) => Key);
  const reserved = keys.find((key) => /^aws:/i.test(key));
  if (reserved !== undefined) {
    throw call.error(
      'ValidationException',
      `aws: prefixed tag key names are not allowed for external use. Tag key: ${reserved}`,
    );
  }
  const twice = keys.find((key, i) => keys.indexOf(key) !== i);
  if (twice !== undefined) throw call.error('ValidationException', `Duplicate tag keys found. Tag key: ${twice}`);
}

/** Statements that write the tags of a new resource, for the same write. Throws ValidationException for tags that are not valid. */
export function givenTags(arn: string, tags: readonly Tag[] | undefined, call: Call): Statement[] {
  if (!tags) return [];
  checkTags(tags, call);
  return tags.map((tag) => putTag(arn, tag));
}
