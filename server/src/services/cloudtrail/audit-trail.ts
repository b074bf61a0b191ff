/**
 * The way into the trail: events gather here and are written in groups, each row with the hash of the one before. One group is written at a
 * time; later events share the next one. Must never lose an event that it accepted, unless the process ends.
 */
import type { Audit, AuditedCall } from '../../contract/audit.ts';
import type { AuditClass } from '../../contract/audit-class.ts';
import { Conflict } from '../../storage/database.ts';
import { unfenced } from '../../storage/fenced.ts';
import type { CloudTrailResources } from './deps.ts';
import { type NewEvent, newEvent } from './event-record.ts';
import { hashOf, insertEvent, type Link, lastLink, requireLast } from './event-store.ts';

/** How long an event without a waiting caller may stay in memory. */
const lingerMs = 200;
const retryMs = 1000;
/** With so many in memory calls wait for the trail, whatever they are: memory is bounded, and nothing is dropped. */
const maxWaiting = 5000;
/** With so many the trail cannot be written, and what would have to be recorded is not done at all. */
const mostWaiting = 2 * maxWaiting;
const groupSize = 1000;

/** Of the newest event; empty texts where there is none. */
interface Last {
  readonly id: string;
  readonly hash: string;
}

const lastOf = (link: Link | undefined): Last => (link ? { id: link.id, hash: hashOf(link) } : { id: '', hash: '' });

export class AuditTrail implements Audit {
  readonly #resources: CloudTrailResources;
  #last: Last;
  #waiting: NewEvent[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** The running write and the next one. */
  #current: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  private constructor(resources: CloudTrailResources, last: Last) {
    this.#resources = resources;
    this.#last = last;
  }

  static async open(resources: CloudTrailResources): Promise<AuditTrail> {
    return new AuditTrail(resources, lastOf(await lastLink(resources.database)));
  }

  isRecorded({ data, readOnly }: AuditClass): boolean {
    const { auditReads, auditWrites } = this.#resources.settings;
    if (data && !(readOnly ? auditReads : auditWrites)) return false;
    if (this.#waiting.length >= mostWaiting) throw new Error('the audit trail cannot be written');
    return true;
  }

  record(call: AuditedCall): Promise<void> | undefined {
    this.#waiting.push(newEvent(call));
    if (call.class.durableBeforeAnswer || this.#waiting.length > maxWaiting) return this.flush();
    this.#later(lingerMs);
    return undefined;
  }

  /** Until all that was recorded is durable. */
  flush(): Promise<void> {
    this.#next ??= this.#current
      .catch(() => {})
      .then(() => {
        this.#next = undefined;
        this.#current = this.#write();
        return this.#current;
      });
    return this.#next;
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    await this.flush();
  }

  #later(delayMs: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.flush().catch((error) => this.#resources.log.error('audit trail: events could not be written', { error }));
    }, delayMs).unref();
  }

  async #write(): Promise<void> {
    const all = this.#waiting;
    this.#waiting = [];
    for (let at = 0; at < all.length; at += groupSize) {
      try {
        await this.#append(all.slice(at, at + groupSize));
      } catch (error) {
        // The callers receive the failure; the events are still retried, because the calls did happen.
        this.#waiting = [...all.slice(at), ...this.#waiting];
        this.#later(retryMs);
        throw error;
      }
    }
  }

  async #append(events: readonly NewEvent[]): Promise<void> {
    const { database } = this.#resources;
    for (;;) {
      let head = this.#last.hash;
      const inserts = events.flatMap((event) => {
        const insert = insertEvent(event, head);
        head = hashOf({ previous: head, record: event.record });
        return insert;
      });
      const guard = requireLast(database, this.#last.id);
      try {
        // On behalf of every caller, whoever started this write.
        await unfenced(() => database.write([...guard, ...inserts]));
        this.#last = { id: events.at(-1)?.id ?? '', hash: head };
        return;
      } catch (error) {
        if (!(error instanceof Conflict) || error.index >= guard.length) throw error;
        this.#last = lastOf(await lastLink(database));
      }
    }
  }
}
