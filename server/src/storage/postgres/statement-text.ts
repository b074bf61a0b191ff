/** Statements are written for SQLite; this is what PostgreSQL reads otherwise. Functions and operators that only SQLite has are defined in sqlite-functions.ts. */

/**
 * Quoted text, which stays; a parameter; the index that SQLite is to use (PostgreSQL has statistics and chooses for itself); an empty list, which only SQLite
 * takes.
 */
const parts = /'(?:[^']|'')*'|"(?:[^"]|"")*"|(\?)|(\s+indexed by (?:"[^"]+"|\w+))|\b(not in|in) \(\)/g;

export function postgresText(sql: string): string {
  let count = 0;
  return sql.replace(parts, (part, parameter, index, empty) => {
    if (parameter) return `$${++count}`;
    if (empty) return empty === 'in' ? "= any ('{}')" : "<> all ('{}')";
    return index ? '' : part;
  });
}
