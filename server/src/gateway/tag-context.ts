/** The tags in a request, under each name that services give the member: the condition keys aws:RequestTag/… and aws:TagKeys. */
import type { ContextValue } from '../contract/access.ts';

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `[{ Key, Value }]`, or a map (CloudWatch Logs). */
function readTags(value: unknown): (readonly [string, string])[] {
  if (isFields(value)) {
    return Object.entries(value).flatMap(([key, text]) => (typeof text === 'string' ? [[key, text] as const] : []));
  }
  if (!Array.isArray(value)) return [];
  return value.flatMap((tag) =>
    isFields(tag) && typeof tag.Key === 'string' && typeof tag.Value === 'string'
      ? [[tag.Key, tag.Value] as const]
      : [],
  );
}

const nested = (value: unknown, member: string): unknown => (isFields(value) ? value[member] : undefined);

/** Runs before validation: a member may have any type. */
export function tagContext(input: unknown): Record<string, ContextValue> {
  if (!isFields(input)) return {};
  const { Tags: list, tags: map, TagKeys: keys, tagKeys: names, Tagging: set } = input;
  const tags = [list, map, nested(set, 'TagSet')].flatMap(readTags);
  const removed = [keys, names].flat().filter((key) => typeof key === 'string');
  if (tags.length === 0 && removed.length === 0) return {};
  return {
    ...Object.fromEntries(tags.map(([key, value]) => [`aws:RequestTag/${key}`, value])),
    'aws:TagKeys': [...tags.map(([key]) => key), ...removed],
  };
}
