import type { Migration } from '../../storage/migration.ts';

/** What must happen at a time (engine/schedules.ts). `id` differs each time that a schedule is set. */
export const schedules: Migration = {
  name: '0022-schedules',
  statements: [
    `create table schedules (
      service text not null, key text not null, id text not null, due_at integer not null, payload text not null,
      primary key (service, key)
    ) strict, without rowid`,
    'create index schedules_due on schedules (service, due_at)',
  ],
};
