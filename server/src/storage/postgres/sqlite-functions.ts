/**
 * Functions and operators of SQLite that the stores use, defined in PostgreSQL, so that a statement is written once. They go by `json`, not `jsonb`, which
 * refuses a whole document for one escape, even where the value is not read.
 */
import type { Migration } from '../migration.ts';

const define = (signature: string, returns: string, body: string) => ({
  sqlite: '',
  postgres: `create function ${signature} returns ${returns} language sql immutable strict parallel safe as $body$ ${body} $body$`,
});
const operator = (name: string, left: string, right: string, procedure: string) => ({
  sqlite: '',
  postgres: `create operator ${name} (leftarg = ${left}, rightarg = ${right}, function = ${procedure})`,
});

export const sqliteFunctions: Migration = {
  name: '0000-sqlite-functions',
  statements: [
    { sqlite: '', postgres: 'create extension if not exists citext with schema public' },
    ...['bigint', 'double precision'].flatMap((type) => [
      define(`min(one ${type}, other ${type})`, type, 'select least(one, other)'),
      define(`max(one ${type}, other ${type})`, type, 'select greatest(one, other)'),
    ]),
    define('instr(whole text, part text)', 'integer', 'select strpos(whole, part)'),
    // A path is `$.a.b`, or `$.a."any other name"`.
    define(
      'json_extract(document text, path text)',
      'text',
      `select document::json #>> case when path like '$.%."%"'
         then array[split_part(path, '.', 2), substring(path from '"(.*)"$')]
         else string_to_array(substr(path, 3), '.') end`,
    ),
    define('json_member(document text, name text)', 'text', 'select (document::json -> name)::text'),
    define('json_element(document text, place integer)', 'text', 'select document::json ->> place'),
    define(
      'json_member_text(document text, name text)',
      'text',
      `select case when name like '$.%' then json_extract(document, name) else document::json ->> name end`,
    ),
    operator('->', 'text', 'text', 'json_member'),
    operator('->>', 'text', 'text', 'json_member_text'),
    operator('->>', 'text', 'integer', 'json_element'),
    define(
      'json_each(document text)',
      'table (value text)',
      `select case json_typeof(element) when 'string' then element #>> '{}' else element::text end
       from json_array_elements(document::json) as element`,
    ),
    // `text + 0.0` is the number with which a text begins, 0 where there is none. What a double cannot hold is infinite, or 0.
    define(
      'leading_number(given text, added numeric)',
      'double precision',
      `select added::double precision + case
         when found is null then 0
         when found ~ '[eE]-\\d{4,}$' then 0
         when found ~ '[eE]\\+?\\d{4,}$' or abs(found::numeric) > 1.7e308 then 'infinity'::double precision
         when abs(found::numeric) < 1e-300 then 0
         else found::double precision end
       from (select substring(given from '^\\s*([-+]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][-+]?\\d+)?)')) as number (found)`,
    ),
    operator('+', 'text', 'numeric', 'leading_number'),
  ],
};

const redefine = (signature: string, returns: string, body: string) => ({
  sqlite: '',
  postgres: `create or replace function ${signature} returns ${returns} language sql immutable parallel safe as $body$ ${body} $body$`,
});

/**
 * Without `strict`, which a `case` in the body makes a reason not to inline them: a call of its own costs as much as the document that it parses.
 * They still return null for null.
 */
export const inlinedSqliteFunctions: Migration = {
  name: '0000-sqlite-functions-inlined',
  statements: [
    redefine(
      'json_extract(document text, path text)',
      'text',
      `select document::json #>> case when path like '$.%."%"'
         then array[split_part(path, '.', 2), substring(path from '"(.*)"$')]
         else string_to_array(substr(path, 3), '.') end`,
    ),
    redefine(
      'json_member_text(document text, name text)',
      'text',
      `select case when name like '$.%' then json_extract(document, name) else document::json ->> name end`,
    ),
  ],
};
