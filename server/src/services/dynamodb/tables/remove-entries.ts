/** Removes many entries, in pieces: no write of others waits long. */
import { type Database, statement } from '../../../storage/database.ts';
import { dynamoDbTables } from '../schema.ts';

const pieceRows = 500;

export async function removeEntries(
  database: Database,
  { table, index }: { readonly table: number; readonly index?: number },
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    let some = dynamoDbTables
      .selectFrom('dynamodb_entries')
      .select(['index_id', 'key'])
      .where('table_id', '=', table)
      .limit(pieceRows);
    if (index !== undefined) some = some.where('index_id', '=', index);
    const found = await database.read(some.orderBy('index_id').orderBy('key').compile());
    const last = found.at(-1);
    if (last === undefined || signal.aborted) return;
    const piece = dynamoDbTables
      .deleteFrom('dynamodb_entries')
      .where('table_id', '=', table)
      .where('index_id', '=', last.index_id)
      .where('key', '<=', last.key);
    const before = dynamoDbTables
      .deleteFrom('dynamodb_entries')
      .where('table_id', '=', table)
      .where('index_id', '<', last.index_id);
    const pieces = index === undefined ? [before, piece] : [piece];
    await database.write(pieces.map((query) => statement(query.compile())));
  }
}
