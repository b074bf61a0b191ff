/** CreateAlias: https://docs.aws.amazon.com/lambda/latest/api/API_CreateAlias.html */
import { uuid } from '../../../kit/ids.ts';
import { Conflict } from '../../../storage/database.ts';
import type { LambdaOperation } from '../deps.ts';
import { findFunction, functionAccess, settingOf } from '../functions/find-function.ts';
import { functionArn } from '../functions/function-name.ts';
import { insertSetting } from '../functions/function-store.ts';
import { conflict } from '../refusals.ts';
import { aliasRow, checkAlias, routingOf, shownAlias } from './alias.ts';

export const createAlias: LambdaOperation<'CreateAlias'> = {
  access: functionAccess('CreateAlias'),
  async handle(input, call, deps) {
    const { named, fn } = await findFunction(input.FunctionName, undefined, call, deps);
    const taken = () => conflict(`Alias already exists: ${functionArn(fn.row, input.Name)}`);
    if (settingOf(fn, 'alias', input.Name)) throw taken();
    checkAlias(fn, input.FunctionVersion, input.RoutingConfig as never);
    const { Name, FunctionVersion, Description = '' } = input;
    const alias = { Name, FunctionVersion, Description, ...routingOf(input.RoutingConfig as never) };
    const row = aliasRow(fn, alias, uuid());
    try {
      await deps.functions.write(named, [insertSetting(row)]);
    } catch (error) {
      if (error instanceof Conflict) throw taken();
      throw error;
    }
    return shownAlias(fn, row);
  },
};
