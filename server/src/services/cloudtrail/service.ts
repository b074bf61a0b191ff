/**
 * CloudTrail: the table of its operations, and the trail to which the gateway writes.
 *
 * Gaps:
 * - Only the event history (LookupEvents) exists; trails, event data stores, queries, channels and insights answer 501.
 * - The sessionContext of an AssumedRole has no creationDate.
 *
 * Differs from AWS by design:
 * - Data events are off; --audit-reads and --audit-writes record them. LookupEvents then returns them too, because no trail delivers them.
 * - LookupEvents finds an event at once.
 * - GetLogEvents and FilterLogEvents are data events: they read data, and clients poll them.
 *
 * As at AWS, requests whose signature is not valid are in the log and not in the trail.
 *
 * Client quirks:
 * - X-Amz-Target has a namespace from Python's client and none from others.
 */
import type { Audit } from '../../contract/audit.ts';
import { defineService, type Service } from '../../contract/service.ts';
import { AuditTrail } from './audit-trail.ts';
import { startCaretaker } from './caretaker.ts';
import type { CloudTrailResources } from './deps.ts';
import { lookupEvents } from './lookup-events.ts';
import { scheduleRetention } from './retention.ts';

export async function cloudTrailService(resources: CloudTrailResources): Promise<{
  service: Service;
  audit: Audit;
  /** Writes the events that are still in memory. */
  stop(): Promise<void>;
}> {
  const trail = await AuditTrail.open(resources);
  await scheduleRetention(resources);
  const caretaker = startCaretaker(resources);
  const deps = { ...resources, flush: () => trail.flush() };
  return {
    service: defineService('cloudtrail', deps, { LookupEvents: lookupEvents }),
    audit: trail,
    async stop() {
      await caretaker.stop();
      await trail.stop();
    },
  };
}
