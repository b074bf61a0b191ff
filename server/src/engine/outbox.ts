/** Events leave through here: written in the same transaction as the state they tell of, handed to listeners afterwards, at least once, in order. */
import type { PlatformEvent } from '../contract/event.ts';
import type { Statement } from '../storage/database.ts';

export interface Outbox {
  /** The statement that records the event; put it into the write that changes the state. */
  add(event: PlatformEvent): Statement;
  /** Hears every event, again after a restart where it had not returned. */
  subscribe(name: string, listener: (event: PlatformEvent, id: string) => Promise<void>): void;
  /** Tells the outbox that a write with events committed. */
  wake(): void;
  stop(): Promise<void>;
}
