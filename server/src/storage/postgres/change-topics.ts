/** Triggers that report changes of tables to all servers (changes.ts), in the transaction of the change. */
import type { MigrationStatement } from '../migration.ts';

interface Reported {
  readonly table: string;
  /** Columns whose updates are not reported (SQL's `like`). */
  readonly except?: string;
}

const onPostgres = (postgres: string): MigrationStatement => ({ sqlite: '', postgres });

/** SQLite has no other servers: nothing to do there. */
export const reportChanges = (topic: string, tables: readonly Reported[]): MigrationStatement[] =>
  tables.map(({ table, except = '' }) =>
    onPostgres(`do $body$ begin execute format(
      'create trigger report_change after insert or delete or update of %s on ${table}
       for each statement execute function report_change(''${topic}'')',
      (select string_agg(quote_ident(column_name), ', ') from information_schema.columns
       where table_schema = current_schema() and table_name = '${table}' and column_name not like '${except}')); end $body$`),
  );

/** What the triggers call, and the table of `lease.ts`. */
export const serverTables: readonly MigrationStatement[] = [
  onPostgres('create table change_numbers (topic text collate "C" primary key, number bigint not null)'),
  onPostgres('create table server_lease (id integer primary key, beat_at timestamptz, folder text)'),
  onPostgres(`create function report_change() returns trigger language plpgsql as $body$ begin
    insert into change_numbers values (tg_argv[0], 1)
      on conflict (topic) do update set number = change_numbers.number + 1;
    perform pg_notify('clary_' || current_schema(), '0 changed ' || tg_argv[0]);
    return null; end $body$`),
];
