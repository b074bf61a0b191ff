/** ListVersionsByFunction: https://docs.aws.amazon.com/lambda/latest/api/API_ListVersionsByFunction.html */
import type { LambdaOperation } from '../deps.ts';
import { shown } from '../functions/configuration.ts';
import { findFunction, functionAccess } from '../functions/find-function.ts';
import { functionArn } from '../functions/function-name.ts';
import { pageOf } from '../page.ts';

export const listVersionsByFunction: LambdaOperation<'ListVersionsByFunction'> = {
  access: functionAccess('ListVersionsByFunction'),
  async handle(input, call, deps) {
    const { fn } = await findFunction(input.FunctionName, undefined, call, deps);
    const { items, next } = pageOf(
      [...fn.versions.values()],
      ({ version }) => version,
      input.Marker,
      input.MaxItems,
      call,
    );
    return {
      Versions: items.map((version) => ({
        ...shown(version, deps.sealer),
        FunctionArn: functionArn(fn.row, version.version),
      })),
      ...(next && { NextMarker: next }),
    };
  },
};
