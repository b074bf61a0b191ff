/**
 * The SQL about resources that have a name, never change and are found by their ARN: models, endpoint configurations and model package groups.
 * The row holds AWS's request document as JSON.
 */
import type { CompiledQuery } from 'kysely';
import { type Database, type Statement, statement } from '../../../storage/database.ts';
import { queryBuilder } from '../../../storage/query-builder.ts';
import type { ListPage } from './list-page.ts';

interface NamedTable {
  arn: string;
  account: string;
  region: string;
  name: string;
  created_at: number;
  request: string;
}

interface Tables {
  sagemaker_models: NamedTable;
  sagemaker_endpoint_configs: NamedTable;
  sagemaker_model_package_groups: NamedTable;
}

export interface Named<Request> {
  readonly arn: string;
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly request: Request;
}

const sql = queryBuilder<Tables>();

function resource<Request>(row: NamedTable): Named<Request> {
  return { ...row, createdAt: new Date(row.created_at), request: JSON.parse(row.request) };
}

export function namedStore<Request>(database: Database, table: keyof Tables) {
  const from = () => sql.selectFrom(table).selectAll();
  const read = async (query: CompiledQuery<NamedTable>) => (await database.read(query)).map(resource<Request>);
  return {
    insert: (row: Named<Request>): Statement =>
      statement(
        sql
          .insertInto(table)
          .values({
            arn: row.arn,
            account: row.account,
            region: row.region,
            name: row.name,
            created_at: row.createdAt.getTime(),
            request: JSON.stringify(row.request),
          })
          .compile(),
        1,
      ),
    /** Fails the write if the resource does not exist by then. */
    stillThere: (arn: string): Statement =>
      statement(
        sql
          .updateTable(table)
          .set((e) => ({ name: e.ref('name') }))
          .where('arn', '=', arn)
          .compile(),
        1,
      ),
    remove: (arn: string): Statement => statement(sql.deleteFrom(table).where('arn', '=', arn).compile(), 1),
    find: async (arn: string): Promise<Named<Request> | undefined> =>
      (await read(from().where('arn', '=', arn).compile()))[0],
    /** The resources after an ARN, in the order of their ARNs. */
    scan: (at: { account: string; region: string }, after: string, limit: number): Promise<Named<Request>[]> =>
      read(
        from()
          .where('account', '=', at.account)
          .where('region', '=', at.region)
          .where('arn', '>', after)
          .orderBy('arn')
          .limit(limit)
          .compile(),
      ),
    async list(at: { account: string; region: string }, page: ListPage): Promise<Named<Request>[]> {
      let query = from().where('account', '=', at.account).where('region', '=', at.region);
      if (page.nameContains) query = query.where((e) => e(e.fn('instr', ['name', e.val(page.nameContains)]), '>', 0));
      if (page.createdAfter) query = query.where('created_at', '>=', page.createdAfter.getTime());
      if (page.createdBefore) query = query.where('created_at', '<=', page.createdBefore.getTime());
      return read(
        query
          .orderBy(page.sortBy, page.order)
          .orderBy('arn', page.order)
          .limit(page.limit)
          .offset(page.offset)
          .compile(),
      );
    },
  };
}
