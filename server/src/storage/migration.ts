/** One step of the schema, forward only: once landed it is never edited, the next change is the next number. */
export interface Migration {
  /** NNNN-what, the file's name. */
  readonly name: string;
  readonly statements: readonly MigrationStatement[];
}

/**
 * A text is SQLite's and is translated for PostgreSQL (postgres/schema.ts): definitions of tables and indexes. What cannot be translated has a text for
 * each; `undefined` where there is nothing to do, because a PostgreSQL database never held the data that the statement converts.
 */
export type MigrationStatement = string | { readonly sqlite: string; readonly postgres: string | undefined };
