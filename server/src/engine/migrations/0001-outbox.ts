import type { Migration } from '../../storage/migration.ts';

export const outbox: Migration = {
  name: '0001-outbox',
  statements: [
    'create table outbox (seq integer primary key autoincrement, id text not null, event text not null) strict',
    'create table outbox_positions (subscriber text primary key, seq integer not null) strict, without rowid',
  ],
};
