/** PublishVersion: https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html: nothing new where nothing has changed since the last one. */
import { Conflict } from '../../../storage/database.ts';
import type { LambdaOperation } from '../deps.ts';
import { shown } from '../functions/configuration.ts';
import { findFunction, functionAccess, versionOf } from '../functions/find-function.ts';
import { functionArn } from '../functions/function-name.ts';
import { insertVersion, type StoredVersion, takeVersionNumber } from '../functions/function-store.ts';
import { invalidParameter, stale, updateInProgress } from '../refusals.ts';
import { publishedRow } from './publish.ts';

export const publishVersion: LambdaOperation<'PublishVersion'> = {
  access: functionAccess('PublishVersion'),
  async handle(input, call, deps) {
    const { named, fn } = await findFunction(input.FunctionName, undefined, call, deps);
    const latest = versionOf({ named: { ...named, qualifier: undefined }, fn });
    const sha256 = latest.configuration.CodeSha256;
    if (input.CodeSha256 && input.CodeSha256 !== sha256)
      throw invalidParameter(
        `CodeSHA256 (${input.CodeSha256}) is different from current CodeSHA256 in $LATEST (${sha256}). Please try again with the CodeSHA256 in $LATEST.`,
      );
    if (input.RevisionId && input.RevisionId !== latest.revision_id) throw stale('GetFunction/GetAlias');
    const last = [...fn.versions.values()].at(-1);
    if (last && last.number > 0 && isSame(last, latest)) return shown(last, deps.sealer);
    const row = publishedRow(fn, latest, fn.row.next_version, input, call.now);
    try {
      await deps.functions.write(named, [takeVersionNumber(fn.row), insertVersion(row)]);
    } catch (error) {
      if (error instanceof Conflict) throw updateInProgress(functionArn(fn.row));
      throw error;
    }
    return shown({ ...row, configuration: JSON.parse(row.document) }, deps.sealer);
  },
};

/** Apart from what every version has of its own. */
function isSame(one: StoredVersion, other: StoredVersion): boolean {
  const essence = ({ configuration, code_id, sealed_environment }: StoredVersion) => {
    const { Version: _v, FunctionArn: _a, Description: _d, RevisionId: _r, ...rest } = configuration;
    return JSON.stringify([rest, code_id, sealed_environment]);
  };
  return essence(one) === essence(other);
}
