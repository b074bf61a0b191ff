/** One step of the schema, forward only: once landed it is never edited, the next change is the next number. */
export interface Migration {
  /** NNNN-what, the file's name. */
  readonly name: string;
  readonly statements: readonly string[];
}
