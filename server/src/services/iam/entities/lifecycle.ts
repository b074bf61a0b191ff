/** How a named entity is created, renamed and deleted. Races are decided in the write. */
import { partitionIn } from '../../../contract/arn.ts';
import type { Call } from '../../../contract/call.ts';
import { Conflict, type Statement } from '../../../storage/database.ts';
import type { IamDeps } from '../deps.ts';
import type { EntityRow } from '../tables.ts';
import { removeTags } from '../tags/tag-store.ts';
import { readTags, type TagText, tagsQuotaError, writeTags } from '../tags/tagging.ts';
import { uniqueId } from '../unique-id.ts';
import {
  type EntityHolder,
  findHolder,
  insertEntity,
  removeEntity,
  requireEntityQuota,
  updateEntity,
} from './entity-store.ts';
import { formatEntityArn, type KindName, kinds, noSuch, type RowOf } from './kinds.ts';

const taken = (call: Call, kind: KindName, name: string, cause: unknown) =>
  call.error('EntityAlreadyExists', kinds[kind].taken(name), { cause });

/** What all have in common when they are new. */
export function newEntity(call: Call, kind: KindName, path: string | undefined, name: string): EntityRow {
  return {
    account: call.account,
    name,
    arn: formatEntityArn(call, kind, path, name),
    id: uniqueId(kinds[kind].prefix),
    path: path ?? '/',
    created_at: call.now.getTime(),
  };
}

/** `more` joins the write, after the row and its tags; if it misses, `onMiss` gives the error. */
export async function createEntity<K extends KindName>(
  deps: IamDeps,
  call: Call,
  kind: K,
  row: RowOf<K>,
  tags: readonly TagText[] | undefined,
  more: readonly Statement[] = [],
  onMiss?: (error: Conflict) => Error,
): Promise<void> {
  const { table, quota } = kinds[kind];
  const tagging = writeTags(row.id, readTags(tags ?? [], call));
  try {
    await deps.database.write([
      insertEntity(table, row),
      requireEntityQuota(table, row.id, row.account, quota.limit),
      ...more,
      ...tagging,
    ]);
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    if (error.index === 0) throw taken(call, kind, row.name, error);
    if (error.index === 1)
      throw call.error('LimitExceeded', `Cannot exceed quota for ${quota.name}: ${quota.limit}`, { cause: error });
    if (error.index < 2 + more.length && onMiss) throw onMiss(error);
    throw tagsQuotaError(call, error);
  }
  deps.forget();
}

/** Gives it another name or path. Everything that belongs to it stays with it. */
export async function renameEntity(
  deps: IamDeps,
  call: Call,
  kind: 'user' | 'group',
  row: EntityRow,
  change: { readonly name: string | undefined; readonly path: string | undefined },
): Promise<void> {
  const name = change.name ?? row.name;
  const path = change.path ?? row.path;
  // It stays in the partition in which it was created.
  const arn = `arn:${partitionIn(row.arn)}:iam::${row.account}:${kind}${path}${name}`;
  try {
    await deps.database.write([updateEntity(kinds[kind].table, row.id, { name, path, arn })]);
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    throw error.reason === 'unique' ? taken(call, kind, name, error) : noSuch(call, kind, row.name);
  }
  deps.forget();
}

/** What may still refer to a thing, and AWS's sentence for that. */
export interface Holder extends EntityHolder {
  readonly conflict: string;
}

/** Deletes it with its tags, if nothing refers to it. `also` joins the write; if that misses, `onMiss` gives the error. */
export async function deleteEntity(
  deps: IamDeps,
  call: Call,
  kind: KindName,
  row: EntityRow,
  holders: readonly Holder[],
  also: readonly Statement[] = [],
  onMiss?: (error: Conflict) => Error,
): Promise<void> {
  try {
    await deps.database.write([removeEntity(kinds[kind].table, row.id, holders), ...also, removeTags(row.id)]);
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    if (error.index > 0 && onMiss) throw onMiss(error);
    const holder = await findHolder(deps.database, holders);
    if (holder) throw call.error('DeleteConflict', holder.conflict, { cause: error });
    throw noSuch(call, kind, kind === 'policy' ? row.arn : row.name);
  }
  deps.forget();
}
