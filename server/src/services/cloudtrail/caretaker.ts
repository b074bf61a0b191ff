/** Periodic work on the trail: removes events older than the history and verifies the chain of hashes. */
import { type Reconciler, startReconciler } from '../../engine/reconcile.ts';
import { type CloudTrailResources, historyMs } from './deps.ts';
import { hashOf, type Link, lastLink, linksAfter, removeOldest } from './event-store.ts';

const hourMs = 3_600_000;
const pieceSize = 500;
/** Pause between two pieces, so that the check delays no request. */
const pauseMs = 250;

export function startCaretaker({ database, background, clock, log }: CloudTrailResources): Reconciler {
  let walked: Link | undefined;

  async function removeExpired(): Promise<number | undefined> {
    const newest = await lastLink(database);
    if (!newest) return undefined;
    // Never by a clock that ran ahead of the trail: the table itself refuses to lose what is younger than that.
    const { eventTime } = JSON.parse(newest.record) as { eventTime: string };
    const cutoff = Math.min(clock.now().getTime(), Date.parse(eventTime)) - historyMs;
    return (await removeOldest(database, cutoff, pieceSize)) === pieceSize ? pauseMs : undefined;
  }

  async function walk(): Promise<number | undefined> {
    const links = await linksAfter(database, walked?.seq ?? 0, pieceSize);
    for (const link of links) {
      if (walked && link.previous !== hashOf(walked)) {
        log.error('audit trail: hash chain broken: an event does not have the hash of its predecessor', {
          before: walked.seq,
          seq: link.seq,
        });
      }
      walked = link;
    }
    return links.length === pieceSize ? pauseMs : undefined;
  }

  return startReconciler({
    name: 'audit-trail',
    list: async () => ['retention', 'chain'],
    step: (key) => (key === 'retention' ? removeExpired() : walk()),
    everyMs: hourMs,
    concurrency: 1,
    background,
    clock,
    log,
  });
}
