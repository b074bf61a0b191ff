/** Changes `$LATEST`, of which nobody else may have changed anything since it was read. */
import type { Call } from '../../../contract/call.ts';
import { uuid } from '../../../kit/ids.ts';
import { Conflict } from '../../../storage/database.ts';
import type { LambdaDeps } from '../deps.ts';
import { stale, updateInProgress } from '../refusals.ts';
import { publishedRow } from '../versions/publish.ts';
import { type FoundFunction, versionOf } from './find-function.ts';
import { functionArn } from './function-name.ts';
import {
  type Configuration,
  changeVersion,
  insertVersion,
  type StoredVersion,
  takeVersionNumber,
} from './function-store.ts';

export interface VersionChange {
  readonly configuration: Configuration;
  readonly sealed_environment?: string | null;
  readonly code_id?: string;
}

export interface ChangeRequest {
  readonly revisionId: string | undefined;
  /** Publishes a version of the result. */
  readonly publish: boolean;
  readonly change: (latest: StoredVersion, revisionId: string) => VersionChange;
}

/** Answers what the call answers: `$LATEST`, or the version that was published. */
export async function changeLatest(
  { named, fn }: FoundFunction,
  { revisionId: expected, publish, change }: ChangeRequest,
  call: Call,
  deps: LambdaDeps,
): Promise<StoredVersion> {
  const latest = versionOf({ named: { ...named, qualifier: undefined }, fn });
  if (expected !== undefined && expected !== latest.revision_id) throw stale('GetFunction/GetAlias');
  const revisionId = uuid();
  const changed: StoredVersion = { ...latest, revision_id: revisionId, ...change(latest, revisionId) };
  const published = publish ? publishedRow(fn, changed, fn.row.next_version, {}, call.now) : undefined;
  const { configuration, ...rest } = changed;
  const row = { ...rest, document: JSON.stringify(configuration) };
  try {
    await deps.functions.write(named, [
      changeVersion(latest, row),
      ...(published ? [takeVersionNumber(fn.row), insertVersion(published)] : []),
    ]);
  } catch (error) {
    if (error instanceof Conflict) throw updateInProgress(functionArn(fn.row));
    throw error;
  }
  deps.prepare(configuration.Runtime);
  return published ? { ...published, configuration: JSON.parse(published.document) } : changed;
}
