import type { Migration } from '../../storage/migration.ts';

/** Events that a subscriber could not receive within its time. They stay for an operator to read. */
export const outboxDeadLetters: Migration = {
  name: '0017-outbox-dead-letters',
  statements: [
    `create table outbox_dead_letters (
      subscriber text not null, id text not null, event text not null, reason text not null, dead_at integer not null,
      primary key (subscriber, id)
    ) strict, without rowid`,
  ],
};
