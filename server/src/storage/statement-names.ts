/** Numbers for statements' texts, of which there are a few hundred: each is sent to the thread once, and named by its number afterwards. */

export interface NamedStatements {
  /** Those that are new, by number. */
  readonly texts: readonly (readonly [number, string])[];
  /** Numbers below it are not used any more. */
  readonly from: number;
}

/** Kept at most; then all are forgotten, and those still in use come again. */
const maxNames = 500;

export class StatementNames {
  readonly #numbers = new Map<string, number>();
  #new: [number, string][] = [];
  #next = 0;
  #from = 0;

  of(sql: string): number {
    let number = this.#numbers.get(sql);
    if (number !== undefined) return number;
    number = this.#next++;
    this.#numbers.set(sql, number);
    this.#new.push([number, sql]);
    return number;
  }

  /** What goes along with the questions that were asked since it was called last. Forgets between two messages only: one's numbers are good for all of it. */
  taken(): NamedStatements | undefined {
    if (this.#new.length === 0) return undefined;
    const named = { texts: this.#new, from: this.#from };
    this.#new = [];
    if (this.#numbers.size >= maxNames) {
      this.#numbers.clear();
      this.#from = this.#next;
    }
    return named;
  }
}
