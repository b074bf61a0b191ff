/** The audit trail: rows are added and, after ninety days, removed; nothing changes them. Each contains the hash of the one before. */
import type { Migration } from '../../../storage/migration.ts';

const ninetyDays = 90 * 86_400_000;
const message = 'the audit trail is append-only';
/** By the newest row's time and not by the database's clock, which is not the platform's. */
const isKept = {
  audit_events: `old.time >= (select time from audit_events order by seq desc limit 1) - ${ninetyDays}`,
  audit_resources: 'exists (select 1 from audit_events where seq = old.seq)',
};

/** PostgreSQL allows no query in a trigger's condition, so the condition is in the function. */
function refuse(table: keyof typeof isKept, trigger: string, event: 'update' | 'delete') {
  const when = event === 'delete' ? isKept[table] : 'true';
  return [
    {
      sqlite: `create trigger ${trigger} before ${event} on ${table} when ${when}
        begin select raise(abort, '${message}'); end`,
      postgres: `create function ${trigger}() returns trigger language plpgsql as $body$
        begin if ${when} then raise exception '${message}'; end if; return old; end $body$`,
    },
    {
      sqlite: '',
      postgres: `create trigger ${trigger} before ${event} on ${table} for each row execute function ${trigger}()`,
    },
  ];
}

export const audit: Migration = {
  name: '0012-audit',
  statements: [
    `create table audit_events (
      seq integer primary key autoincrement,
      id text not null unique,
      account text not null,
      region text not null,
      time integer not null,
      source text not null,
      name text not null,
      username text,
      access_key_id text,
      read_only integer not null,
      resources text not null,
      previous text not null,
      record text not null
    ) strict`,
    'create index audit_events_by_time on audit_events (account, region, time, seq)',
    'create index audit_events_by_name on audit_events (account, region, name, time, seq)',
    'create index audit_events_by_username on audit_events (account, region, username, time, seq)',
    'create index audit_events_by_access_key on audit_events (account, region, access_key_id, time, seq)',
    `create table audit_resources (
      seq integer not null,
      type text not null,
      name text not null,
      primary key (seq, type, name)
    ) strict, without rowid`,
    'create index audit_resources_by_name on audit_resources (name, seq)',
    ...refuse('audit_events', 'audit_events_stay', 'update'),
    ...refuse('audit_resources', 'audit_resources_stay', 'update'),
    ...refuse('audit_events', 'audit_events_are_kept', 'delete'),
    ...refuse('audit_resources', 'audit_resources_are_kept', 'delete'),
  ],
};
