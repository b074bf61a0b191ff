/**
 * When keys and roles were last used, and for what: noted in memory as requests are authorized, written behind them, once a minute for
 * each at most. A crash loses at most the last minute.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccessKeyLastUsed.html
 */
import type { Identity } from '../../../contract/identity.ts';
import type { Access, ContextValue } from '../../../contract/operation.ts';
import type { Principal } from '../../../contract/principal.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { Log } from '../../../kit/log.ts';
import type { Database } from '../../../storage/database.ts';
import { recordKeyUse, recordRoleUse, type Use } from './access-key-store.ts';

const everyMs = 60_000;
/** More keys and roles than that at once are written more often than they need to be. */
const maxRemembered = 10_000;

export interface LastUsed {
  /** The same identity, whose authorizations are noted. */
  watch<I extends Identity>(identity: I): I;
  /** What was noted until now is written. */
  settled(): Promise<void>;
}

/** Undefined for callers whose use is not recorded: the account's root key and the platform itself. */
function usedId({ kind, accessKeyId, userId }: Principal): string | undefined {
  if (kind === 'assumed-role') return userId.slice(0, userId.indexOf(':'));
  return kind === 'user' ? accessKeyId : undefined;
}

export function createLastUsed(database: Database, clock: Clock, log: Log): LastUsed {
  let noted = new Map<string, number>();
  const writing = new Set<Promise<void>>();

  function write(id: string, use: Use): void {
    const row = id.startsWith('AROA') ? recordRoleUse(id, use) : recordKeyUse(id, use);
    const done = database
      .write([row])
      .catch((error: unknown) => log.warn('iam: last use of an access key was not written', { error }))
      .finally(() => writing.delete(done));
    writing.add(done);
  }

  function note(
    principal: Principal,
    access: readonly Access[],
    context: () => Readonly<Record<string, ContextValue>>,
  ): void {
    const id = usedId(principal);
    if (id === undefined) return;
    const at = clock.now().getTime();
    const before = noted.get(id);
    if (before !== undefined && at - before < everyMs && at >= before) return;
    if (noted.size >= maxRemembered) noted = new Map();
    noted.set(id, at);
    // Only sts has operations that need no permission.
    const service = access[0]?.action.split(':')[0] ?? 'sts';
    write(id, { at, service, region: String(context()['aws:RequestedRegion'] ?? 'us-east-1') });
  }

  return {
    watch: (identity) => ({
      ...identity,
      authorize(principal, access, context) {
        note(principal, access, context);
        return identity.authorize(principal, access, context);
      },
    }),
    async settled() {
      await Promise.all(writing);
    },
  };
}
