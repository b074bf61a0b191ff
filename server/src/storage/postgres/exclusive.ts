/**
 * One server at a time writes to a schema. The lock belongs to the connection that writes, so that a server that loses the connection cannot write until it has the
 * lock again, and a server that is killed gives it free at once.
 */
import type { Client } from 'pg';

export class LockHeld extends Error {}

/** The first half of the advisory lock's key; the second is the schema. */
const serverLock = 4_203;

export async function holdSchema(client: Client): Promise<void> {
  const { rows } = await client.query<{ locked: number; schema: string }>(
    `select pg_try_advisory_lock(${serverLock}, hashtext(current_schema())) as locked, current_schema() as schema`,
  );
  if (rows[0]?.locked) return;
  throw new LockHeld(
    `another server uses the schema ${rows[0]?.schema} of this database: stop it, or name another one with ?schema=NAME`,
  );
}
