/** UpdateAlias: https://docs.aws.amazon.com/lambda/latest/api/API_UpdateAlias.html */
import { uuid } from '../../../kit/ids.ts';
import { Conflict } from '../../../storage/database.ts';
import type { LambdaOperation } from '../deps.ts';
import { type Alias, findFunction, functionAccess, settingOf } from '../functions/find-function.ts';
import { functionArn } from '../functions/function-name.ts';
import { changeSetting } from '../functions/function-store.ts';
import { notFound, stale } from '../refusals.ts';
import { aliasRow, checkAlias, routingOf, shownAlias } from './alias.ts';

export const updateAlias: LambdaOperation<'UpdateAlias'> = {
  access: functionAccess('UpdateAlias'),
  async handle(input, call, deps) {
    const { named, fn } = await findFunction(input.FunctionName, undefined, call, deps);
    const row = settingOf(fn, 'alias', input.Name);
    if (!row) throw notFound(`Alias not found: ${functionArn(fn.row, input.Name)}`);
    if (input.RevisionId !== undefined && input.RevisionId !== row.revision_id) throw stale('GetFunction/GetAlias');
    const { RoutingConfig: before, ...alias } = JSON.parse(row.document) as Alias;
    const routing = input.RoutingConfig === undefined ? before : (input.RoutingConfig as Alias['RoutingConfig']);
    const version = input.FunctionVersion ?? alias.FunctionVersion;
    checkAlias(fn, version, routing as never);
    const changed = {
      ...alias,
      FunctionVersion: version,
      Description: input.Description ?? alias.Description,
      ...routingOf(routing as never),
    };
    const next = aliasRow(fn, changed, uuid());
    try {
      await deps.functions.write(named, [changeSetting(row, next)]);
    } catch (error) {
      if (error instanceof Conflict) throw stale('GetFunction/GetAlias');
      throw error;
    }
    return shownAlias(fn, next);
  },
};
