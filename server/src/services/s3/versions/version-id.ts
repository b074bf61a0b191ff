/** Ids of versions, as opaque as S3's. */
import { randomBytes } from 'node:crypto';
import type { Call } from '../../../contract/call.ts';
import { invalidArgument } from '../refusals.ts';

/** What an object has that was written while versioning was off. */
export const nullVersion = 'null';

export const newVersionId = (): string => randomBytes(24).toString('base64url');

/** Refuses what cannot be an id. */
export function checkVersionId(versionId: string | undefined, call: Call): void {
  if (versionId === undefined || versionId === nullVersion || /^[\w-]{32}$/.test(versionId)) return;
  throw invalidArgument(call, 'Invalid version id specified', 'versionId', versionId);
}
