/** DeleteAlias: https://docs.aws.amazon.com/lambda/latest/api/API_DeleteAlias.html: one that is not there is deleted as well. */
import type { LambdaOperation } from '../deps.ts';
import { findFunction, functionAccess } from '../functions/find-function.ts';
import { removeSettings } from '../functions/function-store.ts';

export const deleteAlias: LambdaOperation<'DeleteAlias'> = {
  access: functionAccess('DeleteAlias'),
  async handle(input, call, deps) {
    const { named, fn } = await findFunction(input.FunctionName, undefined, call, deps);
    const kinds = ['alias', 'policy', 'event', 'url'] as const;
    await deps.functions.write(
      named,
      kinds.map((kind) => removeSettings(fn.row.id, kind, input.Name)),
    );
    return {};
  },
};
