/** DeleteFunction: https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunction.html: with a qualifier one version, else all of it. */
import type { LambdaDeps, LambdaOperation } from '../deps.ts';
import { conflict, functionNotFound, invalidParameter } from '../refusals.ts';
import { type Alias, findFunction, functionAccess, latest } from './find-function.ts';
import { functionArn } from './function-name.ts';
import { removeFunction, removeVersion, type StoredFunction, usedCode } from './function-store.ts';

export const deleteFunction: LambdaOperation<'DeleteFunction'> = {
  access: functionAccess('DeleteFunction'),
  async handle(input, call, deps) {
    const { named, fn } = await findFunction(input.FunctionName, input.Qualifier, call, deps);
    const { qualifier } = named;
    if (qualifier === latest)
      throw invalidParameter('$LATEST version cannot be deleted without deleting the function.');
    if (qualifier !== undefined) {
      await deleteVersion(fn, qualifier, deps);
      return {};
    }
    await deps.functions.write(named, removeFunction(fn.row.id));
    deps.pool.forget(fn.row.id);
    await removeCode(
      [...fn.versions.values()].map(({ code_id }) => code_id),
      deps,
    );
    return {};
  },
};

async function deleteVersion(fn: StoredFunction, qualifier: string, deps: LambdaDeps): Promise<void> {
  const version = fn.versions.get(qualifier);
  if (!version) {
    // A version that is gone is deleted again without an error; an alias has an operation of its own.
    if (/^\d+$/.test(qualifier)) return;
    throw functionNotFound(functionArn(fn.row, qualifier));
  }
  const users = fn.settings
    .filter(({ kind }) => kind === 'alias')
    .map(({ document }) => JSON.parse(document) as Alias)
    .filter(
      ({ FunctionVersion, RoutingConfig }) =>
        FunctionVersion === qualifier || RoutingConfig?.AdditionalVersionWeights?.[qualifier] !== undefined,
    )
    .map(({ Name }) => Name);
  if (users.length > 0) throw conflict(`Version ${qualifier} is still being referenced by alias ${users.join(', ')}.`);
  await deps.functions.write(fn.row, [removeVersion(fn.row.id, qualifier)]);
  await removeCode([version.code_id], deps);
}

/** Archives that nothing names any more. */
export async function removeCode(ids: readonly string[], { database, code }: LambdaDeps): Promise<void> {
  if (ids.length === 0) return;
  const used = await usedCode(database, ids);
  for (const id of new Set(ids)) if (!used.has(id)) await code.remove(id);
}
