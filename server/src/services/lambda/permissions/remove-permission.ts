/** RemovePermission: https://docs.aws.amazon.com/lambda/latest/api/API_RemovePermission.html */
import { uuid } from '../../../kit/ids.ts';
import { Conflict } from '../../../storage/database.ts';
import type { LambdaOperation } from '../deps.ts';
import { findFunction, functionAccess, settingOf } from '../functions/find-function.ts';
import { changeSetting, removeSettings } from '../functions/function-store.ts';
import { notFound, stale } from '../refusals.ts';
import { readPolicy, withoutStatement } from './policy.ts';

export const removePermission: LambdaOperation<'RemovePermission'> = {
  access: functionAccess('RemovePermission'),
  async handle(input, call, deps) {
    const { named, fn } = await findFunction(input.FunctionName, input.Qualifier, call, deps);
    const before = settingOf(fn, 'policy', named.qualifier ?? '');
    if (!before) throw notFound('No policy is associated with the given resource.');
    const policy = readPolicy(before.document);
    if (!policy.Statement.some(({ Sid }) => Sid === input.StatementId))
      throw notFound(`Statement ${input.StatementId} is not found in resource policy.`);
    if (input.RevisionId !== undefined && input.RevisionId !== before.revision_id) throw stale('GetPolicy');
    const rest = withoutStatement(policy, input.StatementId);
    const change = { document: JSON.stringify(rest), revision_id: uuid() };
    try {
      await deps.functions.write(named, [
        changeSetting(before, change),
        ...(rest.Statement.length === 0 ? [removeSettings(fn.row.id, 'policy', before.qualifier)] : []),
      ]);
    } catch (error) {
      if (error instanceof Conflict) throw stale('GetPolicy');
      throw error;
    }
    return {};
  },
};
