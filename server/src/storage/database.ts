/**
 * The interface between the rest of the server and SQL. A read is one query; a write is one list of statements that commits or fails as a whole
 * in one message: no transaction is ever held open across a wait.
 */
import type { CompiledQuery } from 'kysely';

/** One statement of a write. Build it with `statement(query, options)`. */
export interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  /** How many rows it must touch; any other number rolls the whole write back and throws Conflict. Left out: any number will do. */
  readonly rows?: number;
}

/** A write whose precondition does not hold: a wrong row count or a key that exists already. Nothing was written. */
export class Conflict extends Error {
  /** Which statement of the list, from 0. */
  readonly index: number;
  readonly reason: 'rows' | 'unique';
  constructor(index: number, reason: 'rows' | 'unique', message: string) {
    super(message);
    this.name = 'Conflict';
    this.index = index;
    this.reason = reason;
  }
}

export interface Database {
  /** For the few queries that must be written differently. */
  readonly dialect: 'sqlite' | 'postgres';
  read<Row>(query: CompiledQuery<Row>): Promise<Row[]>;
  /** Resolves after the commit is durable (WAL, synchronous=FULL). */
  write(statements: readonly Statement[]): Promise<void>;
  close(): Promise<void>;
}

/** A compiled Kysely query as one statement of a write. */
export function statement(query: CompiledQuery<unknown>, rows?: number): Statement {
  return { sql: query.sql, parameters: query.parameters, ...(rows === undefined ? {} : { rows }) };
}
