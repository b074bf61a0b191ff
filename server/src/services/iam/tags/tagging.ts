/**
 * Tags on users, roles, policies and instance profiles: what their operations have in common.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
 */
import type { Tag } from '@aws-sdk/client-iam';
import type { Call } from '../../../contract/call.ts';
import { Conflict, type Statement } from '../../../storage/database.ts';
import type { IamDeps } from '../deps.ts';
import { requireEntity } from '../entities/entity-store.ts';
import { type KindName, kinds, noSuch } from '../entities/kinds.ts';
import { type PageRequest, readPageRange, toPage } from '../page.ts';
import type { EntityRow } from '../tables.ts';
import { listTags, putTag, removeTag, requireTagQuota, type TagRow } from './tag-store.ts';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const quota = 50;

/** A tag of a request, possibly before validation. */
export interface TagText {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

/** Condition keys of the tags in a request. */
export function requestTags(tags: readonly TagText[] | undefined): Record<string, string> {
  return Object.fromEntries((tags ?? []).map((tag) => [`aws:RequestTag/${tag.Key}`, tag.Value ?? '']));
}

const isReserved = (key: string) => /^aws:/i.test(key);

export function readTags(tags: readonly TagText[], call: Call): TagRow[] {
  const rows = tags.map((tag) => ({ key: tag.Key ?? '', value: tag.Value ?? '' }));
  if (new Set(rows.map(({ key }) => key.toLowerCase())).size < rows.length) {
    throw call.error('InvalidInput', 'Duplicate tag keys found. Please note that Tag keys are case insensitive.');
  }
  const reserved = rows.find(({ key }) => isReserved(key));
  if (reserved) throw call.error('InvalidInput', `Tag keys that begin with aws: are reserved: ${reserved.key}`);
  return rows;
}

/** Misses if the owner then has too many. */
export function writeTags(ownerId: string, tags: readonly TagRow[]): Statement[] {
  const last = tags.at(-1);
  return last ? [...tags.map((tag) => putTag(ownerId, tag)), requireTagQuota(ownerId, last.key, quota)] : [];
}

export const tagsQuotaError = (call: Call, cause: unknown) =>
  call.error('LimitExceeded', `The number of tags has reached the maximum limit.`, { cause });

async function change(deps: IamDeps, call: Call, kind: KindName, row: EntityRow, statements: readonly Statement[]) {
  try {
    await deps.database.write([requireEntity(kinds[kind].table, row.id), ...statements]);
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    if (error.index > 0) throw tagsQuotaError(call, error);
    throw noSuch(call, kind, kind === 'policy' ? row.arn : row.name);
  }
  deps.forget();
}

export function tag(deps: IamDeps, call: Call, kind: KindName, row: EntityRow, tags: readonly TagText[]) {
  return change(deps, call, kind, row, writeTags(row.id, readTags(tags, call)));
}

/** Taking away a tag that is not there is no error. */
export function untag(deps: IamDeps, call: Call, kind: KindName, row: EntityRow, keys: readonly string[]) {
  const removals = keys.filter((key) => !isReserved(key)).map((key) => removeTag(row.id, key));
  return change(deps, call, kind, row, removals);
}

const toTag = ({ key, value }: TagRow): Tag => ({ Key: key, Value: value });

export async function allTagsOf(deps: IamDeps, ownerId: string): Promise<Tag[]> {
  return (await listTags(deps.database, ownerId)).map(toTag);
}

/**
 * Undefined where there are none. Observed: users, roles and whatever is being created leave an empty list out. GetPolicy and
 * GetServerCertificate answer one; GetInstanceProfile, whose tags came with theirs, is taken to do the same.
 */
export async function tagsOf(deps: IamDeps, ownerId: string): Promise<Tag[] | undefined> {
  const tags = await allTagsOf(deps, ownerId);
  return tags.length > 0 ? tags : undefined;
}

export async function pageOfTags(deps: IamDeps, call: Call, ownerId: string, input: PageRequest) {
  const range = readPageRange(input, call);
  const page = toPage(await listTags(deps.database, ownerId, range), range, (row) => row.key);
  return { Tags: page.rows.map(toTag), IsTruncated: page.IsTruncated, Marker: page.Marker };
}
