/** PublishLayerVersion: https://docs.aws.amazon.com/lambda/latest/api/API_PublishLayerVersion.html */
import { uuid } from '../../../kit/ids.ts';
import { Conflict } from '../../../storage/database.ts';
import { storeCode } from '../code/read-code.ts';
import type { LambdaOperation } from '../deps.ts';
import { parseLayerName } from './layer-name.ts';
import { insertLayerVersion, lastVersionNumber } from './layer-store.ts';
import { accessToLayer, fullVersion, type LayerDocument } from './layer-version.ts';

export const publishLayerVersion: LambdaOperation<'PublishLayerVersion'> = {
  access: (input, call) => [accessToLayer('PublishLayerVersion', parseLayerName(input.LayerName, call))],
  async handle(input, call, deps) {
    const layer = parseLayerName(input.LayerName, call);
    const code = await storeCode(input.Content as never, call, deps);
    const document: LayerDocument = {
      Description: input.Description ?? '',
      CreatedDate: call.now.toISOString().replace('Z', '+0000'),
      CodeSha256: code.sha256,
      CodeSize: code.size,
      ...(input.CompatibleRuntimes && { CompatibleRuntimes: input.CompatibleRuntimes }),
      ...(input.CompatibleArchitectures && { CompatibleArchitectures: input.CompatibleArchitectures }),
      ...(input.LicenseInfo && { LicenseInfo: input.LicenseInfo }),
    };
    for (;;) {
      const row = {
        ...layer,
        version: (await lastVersionNumber(deps.database, layer)) + 1,
        document: JSON.stringify(document),
        code_id: code.id,
        policy: null,
        revision_id: uuid(),
      };
      try {
        await deps.database.write([insertLayerVersion(row)]);
        return fullVersion(row) as never;
      } catch (error) {
        // Another request took the number.
        if (!(error instanceof Conflict)) throw error;
      }
    }
  },
};
