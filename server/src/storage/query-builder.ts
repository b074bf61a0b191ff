/**
 * Kysely as a compiler of SQL: each store declares the tables it owns and builds its queries here; Database runs them.
 * JSON columns are TEXT, times are integers (milliseconds since 1970), booleans 0 or 1.
 */
import {
  type CompiledQuery,
  DummyDriver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';

export function queryBuilder<Tables>(): Kysely<Tables> {
  return new Kysely<Tables>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  });
}

/** A placeholder for a value that is known later. */
class Slot {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/**
 * A query that is compiled once, for those that run for every request: compiling takes longer than running. `build` is called once, with
 * stand-ins, so it must not look at the values, only put them into the query.
 */
export function prepared<Args extends object, Row = unknown>(
  build: (args: Args) => CompiledQuery<Row>,
): (args: Args) => CompiledQuery<Row> {
  let compiled: CompiledQuery<Row> | undefined;
  return (args) => {
    compiled ??= build(new Proxy({}, { get: (_target, name) => new Slot(String(name)) }) as Args);
    const parameters = compiled.parameters.map((value) =>
      value instanceof Slot ? (args as Record<string, unknown>)[value.name] : value,
    );
    return { ...compiled, parameters };
  };
}
