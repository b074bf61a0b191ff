/** ListFunctions: https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html */
import type { LambdaOperation } from '../deps.ts';
import { markerOf, pageSize, readMarker } from '../page.ts';
import { shown } from './configuration.ts';
import { latest } from './find-function.ts';

export const listFunctions: LambdaOperation<'ListFunctions'> = {
  access: () => [{ action: 'lambda:ListFunctions', resource: '*' }],
  async handle(input, call, deps) {
    const size = pageSize(input.MaxItems);
    const found = await deps.functions.list(call.account, call.region, readMarker(input.Marker, call), size + 1);
    const page = found.slice(0, size);
    const all = input.FunctionVersion === 'ALL';
    const last = page.at(-1);
    return {
      Functions: page.flatMap((fn) =>
        [...fn.versions.values()]
          .filter(({ version }) => all || version === latest)
          .map(({ ...version }) => shown(version, deps.sealer)),
      ),
      ...(found.length > size && last && { NextMarker: markerOf(last.row.name, call) }),
    };
  },
};
