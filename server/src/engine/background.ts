/**
 * The work that belongs to no request: reconcilers. Of several servers on one database one does it, for as long as it holds the lease; the others pass
 * their hints to it.
 */
import type { Changes } from '../storage/changes.ts';
import type { Lease } from '../storage/lease.ts';

export interface Background {
  /** Whether this platform does the work. Never turns true later: a server that gets the lease builds its platform again. */
  readonly isActive: boolean;
  /** Aborts when the lease is lost, or the platform could not be built. */
  readonly lost: AbortSignal;
  /** Passes a hint to the server that does the work. It may be lost. */
  forward(reconciler: string, key: string | undefined): void;
  /** Hints for a reconciler of this server, from the others. */
  onForwarded(reconciler: string, wake: (key: string | undefined) => void): void;
}

const never = new AbortController().signal;

/** Of the only server on a database. */
export const soleBackground: Background = { isActive: true, lost: never, forward() {}, onForwarded() {} };

const channel = 'wake';

export function backgroundOf(lease: Lease, changes: Changes, failed: AbortSignal): Background {
  const losing = new AbortController();
  const isActive = lease.isHeld;
  lease.onChange(() => {
    if (isActive && !lease.isHeld) losing.abort();
  });
  return {
    isActive,
    lost: AbortSignal.any([losing.signal, failed]),
    forward: (reconciler, key) => changes.send(channel, key === undefined ? reconciler : `${reconciler} ${key}`),
    onForwarded(reconciler, wake) {
      changes.onMessage(channel, (text) => {
        if (text === reconciler) wake(undefined);
        else if (text.startsWith(`${reconciler} `)) wake(text.slice(reconciler.length + 1));
      });
    },
  };
}
