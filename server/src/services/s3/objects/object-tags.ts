/** Tags of objects: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html. Pure. */
import type { Call } from '../../../contract/call.ts';
import { invalidArgument } from '../refusals.ts';
import type { ObjectRow } from '../tables.ts';

export type Tags = readonly (readonly [key: string, value: string])[];

const maxTags = 10;
const maxKeyLength = 128;
const maxValueLength = 256;
const allowed = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

export function tagsIn(row: Pick<ObjectRow, 'tags'>): Tags {
  return row.tags === null ? [] : (JSON.parse(row.tags) as Tags);
}

export const tagsColumn = (tags: Tags): string | null => (tags.length === 0 ? null : JSON.stringify(tags));

/** From a list in a document. */
export function readTagSet(
  set: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] | undefined,
  call: Call,
): Tags {
  return checkTags(
    (set ?? []).map(({ Key: key = '', Value: value = '' }) => [key, value] as const),
    call,
  );
}

/** From x-amz-tagging: a query string. */
export function readTagHeader(header: string | undefined, call: Call): Tags {
  if (header === undefined || header === '') return [];
  const pairs = [...new URLSearchParams(header)];
  const text =
    "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.";
  const names = new Set(pairs.map(([key]) => key));
  if (names.size !== pairs.length || names.has('')) throw invalidArgument(call, text, 'x-amz-tagging', header);
  return checkTags(pairs, call);
}

function checkTags(tags: Tags, call: Call): Tags {
  if (tags.length > maxTags) throw call.error('BadRequest', `Object tags cannot be greater than ${maxTags}`);
  const seen = new Set<string>();
  for (const [key, value] of tags) {
    if (key.toLowerCase().startsWith('aws:')) {
      throw invalidTag(call, 'Your TagKey cannot be prefixed with aws:', { TagKey: key });
    }
    if (key === '' || key.length > maxKeyLength || !allowed.test(key)) {
      throw invalidTag(call, 'The TagKey you have provided is invalid', { TagKey: key });
    }
    if (value.length > maxValueLength || !allowed.test(value)) {
      throw invalidTag(call, 'The TagValue you have provided is invalid', { TagKey: key, TagValue: value });
    }
    if (seen.has(key)) throw invalidTag(call, 'Cannot provide multiple Tags with the same key', { TagKey: key });
    seen.add(key);
  }
  return tags;
}

function invalidTag(call: Call, message: string, fields: Record<string, string>) {
  return call.error('InvalidTag', message, { fields });
}
