/** What a published version is: `$LATEST` of that moment, under a number. */
import { uuid } from '../../../kit/ids.ts';
import { functionArn } from '../functions/function-name.ts';
import type { StoredFunction, StoredVersion } from '../functions/function-store.ts';
import type { VersionRow } from '../tables.ts';

export function publishedRow(
  { row }: Pick<StoredFunction, 'row'>,
  { configuration, function_id, sealed_environment, code_id }: StoredVersion,
  number: number,
  { Description }: { readonly Description?: string | undefined },
  _now: Date,
): VersionRow {
  const version = String(number);
  const document = {
    ...configuration,
    ...(Description !== undefined && { Description }),
    Version: version,
    FunctionArn: functionArn(row, version),
  };
  return {
    function_id,
    version,
    number,
    document: JSON.stringify(document),
    sealed_environment,
    code_id,
    revision_id: uuid(),
  };
}
