/** ListAliases: https://docs.aws.amazon.com/lambda/latest/api/API_ListAliases.html */
import type { LambdaOperation } from '../deps.ts';
import { type Alias, findFunction, functionAccess } from '../functions/find-function.ts';
import { pageOf } from '../page.ts';
import { shownAlias } from './alias.ts';

export const listAliases: LambdaOperation<'ListAliases'> = {
  access: functionAccess('ListAliases'),
  async handle(input, call, deps) {
    const { fn } = await findFunction(input.FunctionName, undefined, call, deps);
    const rows = fn.settings.filter(({ kind, document }) => {
      if (kind !== 'alias') return false;
      const { FunctionVersion: version } = JSON.parse(document) as Alias;
      return input.FunctionVersion === undefined || input.FunctionVersion === version;
    });
    const { items, next } = pageOf(rows, ({ qualifier }) => qualifier, input.Marker, input.MaxItems, call);
    return { Aliases: items.map((row) => shownAlias(fn, row)), ...(next && { NextMarker: next }) };
  },
};
