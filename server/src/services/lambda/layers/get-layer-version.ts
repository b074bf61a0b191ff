/** GetLayerVersion: https://docs.aws.amazon.com/lambda/latest/api/API_GetLayerVersion.html. Content has no Location: functions take the layer by its ARN. */
import type { LambdaOperation } from '../deps.ts';
import { parseLayerName } from './layer-name.ts';
import { findLayerVersion } from './layer-store.ts';
import { accessToLayer, fullVersion, requireLayerVersion } from './layer-version.ts';

export const getLayerVersion: LambdaOperation<'GetLayerVersion'> = {
  async access(input, call, deps) {
    const layer = parseLayerName(input.LayerName, call);
    const row = await findLayerVersion(deps.database, layer, Number(input.VersionNumber));
    return [accessToLayer('GetLayerVersion', layer, input.VersionNumber, row?.policy)];
  },
  handle: async (input, call, deps) =>
    fullVersion(await requireLayerVersion(deps, parseLayerName(input.LayerName, call), input.VersionNumber)) as never,
};
