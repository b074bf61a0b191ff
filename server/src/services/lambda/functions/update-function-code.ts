/** UpdateFunctionCode: https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html */
import { sha256Of } from '../code/code-folders.ts';
import { readCode, storeCode } from '../code/read-code.ts';
import type { LambdaOperation } from '../deps.ts';
import { invalidParameter, stale } from '../refusals.ts';
import { changeLatest } from './change-version.ts';
import { modifiedText, shown } from './configuration.ts';
import { removeCode } from './delete-function.ts';
import { findFunction, functionAccess, versionOf } from './find-function.ts';

export const updateFunctionCode: LambdaOperation<'UpdateFunctionCode'> = {
  access: functionAccess('UpdateFunctionCode'),
  async handle(input, call, deps) {
    const found = await findFunction(input.FunctionName, undefined, call, deps);
    if (input.ImageUri !== undefined)
      throw invalidParameter("Please don't provide ImageUri when updating a function with packageType Zip.");
    const latest = versionOf({ ...found, named: { ...found.named, qualifier: undefined } });
    if (input.RevisionId !== undefined && input.RevisionId !== latest.revision_id) throw stale('GetFunction/GetAlias');
    if (input.DryRun) {
      const zip = await readCode(input, call);
      const configuration = { ...latest.configuration, CodeSha256: sha256Of(zip), CodeSize: zip.length };
      return shown({ ...latest, configuration }, deps.sealer);
    }
    const code = await storeCode(input, call, deps);
    try {
      const version = await changeLatest(
        found,
        {
          revisionId: input.RevisionId,
          publish: input.Publish ?? false,
          change: ({ configuration }) => ({
            configuration: {
              ...configuration,
              CodeSha256: code.sha256,
              CodeSize: code.size,
              LastModified: modifiedText(call.now),
              ...(input.Architectures && { Architectures: input.Architectures }),
            },
            code_id: code.id,
          }),
        },
        call,
        deps,
      );
      await removeCode([latest.code_id], deps);
      return shown(version, deps.sealer, 'updating');
    } catch (error) {
      await removeCode([code.id], deps);
      throw error;
    }
  },
};
