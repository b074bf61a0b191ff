/** Tags of tables. */
import type { Tag } from '@aws-sdk/client-dynamodb';
import { invalid, invalidParameter } from '../invalid.ts';

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Tagging.html */
const maxTags = 50;

export const tagsFrom = (tags: readonly Tag[]): Record<string, string> =>
  Object.fromEntries(tags.map(({ Key: key = '', Value: value = '' }) => [key, value]));

export function checkTags(tags: readonly Tag[]): void {
  const keys = tags.map(({ Key: key = '' }) => key);
  const reserved = keys.find((key) => key.toLowerCase().startsWith('aws:'));
  if (reserved !== undefined) throw invalid(`One or more tag keys are invalid: ${reserved}`);
  if (new Set(keys).size < keys.length) throw invalidParameter('Duplicate tag keys');
}

export function checkTagCount(tags: Readonly<Record<string, string>>): void {
  if (Object.keys(tags).length > maxTags)
    throw invalidParameter(`Number of tags exceeds the limit of ${maxTags} per resource`);
}
