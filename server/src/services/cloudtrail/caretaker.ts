/** Verifies the trail's chain of hashes: all of it after each start, then what was added. */
import { type Reconciler, startReconciler } from '../../engine/reconcile.ts';
import type { CloudTrailResources } from './deps.ts';
import { hashOf, type Link, linksAfter } from './event-store.ts';

const hourMs = 3_600_000;
const batchSize = 500;
/** Between two batches, so that the check delays no request. */
const pauseMs = 250;

export function startCaretaker({ database, background, clock, log }: CloudTrailResources): Reconciler {
  let checked: Link | undefined;

  async function check(): Promise<number | undefined> {
    const links = await linksAfter(database, checked?.seq ?? 0, batchSize);
    for (const link of links) {
      if (checked && link.previous !== hashOf(checked)) {
        log.error('audit trail: hash chain broken: an event does not have the hash of its predecessor', {
          before: checked.seq,
          seq: link.seq,
        });
      }
      checked = link;
    }
    return links.length === batchSize ? pauseMs : undefined;
  }

  return startReconciler({
    name: 'audit-trail',
    list: async () => ['chain'],
    step: check,
    everyMs: hourMs,
    concurrency: 1,
    background,
    clock,
    log,
  });
}
