/** GetAlias: https://docs.aws.amazon.com/lambda/latest/api/API_GetAlias.html */
import type { LambdaOperation } from '../deps.ts';
import { findFunction, functionAccess, settingOf } from '../functions/find-function.ts';
import { functionArn } from '../functions/function-name.ts';
import { notFound } from '../refusals.ts';
import { shownAlias } from './alias.ts';

export const getAlias: LambdaOperation<'GetAlias'> = {
  access: functionAccess('GetAlias'),
  async handle(input, call, deps) {
    const { fn } = await findFunction(input.FunctionName, undefined, call, deps);
    const row = settingOf(fn, 'alias', input.Name);
    if (!row) throw notFound(`Cannot find alias arn: ${functionArn(fn.row, input.Name)}`);
    return shownAlias(fn, row);
  },
};
