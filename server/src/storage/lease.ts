/** Which of several servers on one database does the work that belongs to no request: the one that holds the lease. */

export interface Lease {
  readonly isHeld: boolean;
  /** Called once each time that `isHeld` changes. */
  onChange(listener: () => void): void;
  /** Whether no other server uses the database now. */
  isAlone(): Promise<boolean>;
  /** Gives the lease to another server. */
  release(): Promise<void>;
}

/** Of a database that only one server can use. */
export const soleLease: Lease = {
  isHeld: true,
  onChange() {},
  isAlone: async () => true,
  release: async () => {},
};
