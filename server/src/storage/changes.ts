/** What other servers on the same database report. On SQLite there are none. */

export interface Changes {
  /**
   * Calls the listener after another server, or this one, has changed rows of the topic (postgres/change-topics.ts): at once as a rule, within a
   * second if the notice was lost. For caches.
   */
  onChange(topic: string, listener: () => void): void;
  /** Calls the listener for messages of other servers. They may be lost. */
  onMessage(channel: string, listener: (text: string) => void): void;
  /** Sends a message to the other servers. Never throws, never waits. */
  send(channel: string, text: string): void;
  close(): Promise<void>;
}

export const noChanges: Changes = {
  onChange() {},
  onMessage() {},
  send() {},
  close: async () => {},
};
