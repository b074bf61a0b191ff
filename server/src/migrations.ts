/** Every migration: the engine's, then each service's. */
import { outbox } from './engine/migrations/0001-outbox.ts';
import { outboxDeadLetters } from './engine/migrations/0017-outbox-dead-letters.ts';
import { servers } from './engine/migrations/0021-servers.ts';
import { schedules } from './engine/migrations/0022-schedules.ts';
import { modules } from './services/modules.ts';
import type { Migration } from './storage/migration.ts';

export const migrations: readonly Migration[] = [
  outbox,
  outboxDeadLetters,
  servers,
  schedules,
  ...modules.flatMap((module) => module.migrations ?? []),
];
