/** GetPolicy: https://docs.aws.amazon.com/lambda/latest/api/API_GetPolicy.html */
import type { LambdaOperation } from '../deps.ts';
import { findFunction, functionAccess, latest, settingOf } from '../functions/find-function.ts';
import { notFound } from '../refusals.ts';

export const getPolicy: LambdaOperation<'GetPolicy'> = {
  access: functionAccess('GetPolicy'),
  async handle(input, call, deps) {
    const { named, fn } = await findFunction(input.FunctionName, input.Qualifier, call, deps);
    const row = settingOf(fn, 'policy', named.qualifier === latest ? '' : (named.qualifier ?? ''));
    if (!row) throw notFound('The resource you requested does not exist.');
    return { Policy: row.document, RevisionId: row.revision_id };
  },
};
