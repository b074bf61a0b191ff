/** Names for the statements that run often: PostgreSQL parses and plans each once per connection. */
import type { CompiledQuery } from 'kysely';
import type { Statement } from '../database.ts';
import { postgresText } from './statement-text.ts';
import { parameterOf } from './values.ts';

interface PostgresQuery {
  readonly name?: string;
  readonly text: string;
  readonly values: unknown[];
}

/** More different texts than this are not from the stores' fixed set: they are sent without a name. */
const maxNamed = 1000;

export class PreparedTexts {
  readonly #known = new Map<string, { readonly text: string; readonly name: string }>();

  queryOf({ sql, parameters }: Pick<Statement | CompiledQuery, 'sql' | 'parameters'>): PostgresQuery {
    const values = parameters.map(parameterOf);
    let known = this.#known.get(sql);
    if (!known) {
      const text = postgresText(sql);
      if (this.#known.size >= maxNamed || values.length > 100) return { text, values };
      known = { text, name: `s${this.#known.size}` };
      this.#known.set(sql, known);
    }
    return { ...known, values };
  }
}
