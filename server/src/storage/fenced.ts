/**
 * Work that only one of several servers on a database may do. Writes that are made inside `fenced` are committed by the connection that holds the lease
 * (postgres/lease.ts), so a server that has lost the lease cannot write them, even if it has not noticed the loss. SQLite has one server: no difference.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

const scope = new AsyncLocalStorage<boolean>();

export const fenced = <Result>(work: () => Result): Result => scope.run(true, work);

/** For writes on behalf of all callers (the audit trail) that a fenced caller may happen to start. */
export const unfenced = <Result>(work: () => Result): Result => scope.run(false, work);

export const isFenced = (): boolean => scope.getStore() ?? false;
