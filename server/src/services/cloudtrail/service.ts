/**
 * CloudTrail: the table of its operations, and the trail that the gateway writes into.
 *
 * Gaps: there is the event history (LookupEvents) and nothing else; trails, event data stores, queries, channels and insights answer 501. Requests whose
 * signature does not hold are in the log, not in the trail, as at AWS. An AssumedRole's sessionContext has no creationDate.
 * Differs by design: data events are off and switched on by --audit-reads and --audit-writes; LookupEvents then finds them, too, because there is no trail
 * that would deliver them. Events can be found at once. GetLogEvents and FilterLogEvents are data events here: they read data, and are polled.
 * Client quirks: X-Amz-Target comes with a namespace from Python's client and without from others.
 */
import type { Audit } from '../../contract/audit.ts';
import { defineService, type Service } from '../../contract/service.ts';
import { AuditTrail } from './audit-trail.ts';
import { startCaretaker } from './caretaker.ts';
import type { CloudTrailResources } from './deps.ts';
import { lookupEvents } from './lookup-events.ts';

export async function cloudTrailService(resources: CloudTrailResources): Promise<{
  service: Service;
  audit: Audit;
  /** What waits in memory is written. */
  stop(): Promise<void>;
}> {
  const trail = await AuditTrail.open(resources);
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
