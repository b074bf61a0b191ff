/**
 * DeleteLayerVersion: https://docs.aws.amazon.com/lambda/latest/api/API_DeleteLayerVersion.html. Succeeds for a version that does not exist. Refused here while a
 * function has the layer: on AWS the function keeps a copy.
 */
import { uuid } from '../../../kit/ids.ts';
import type { LambdaOperation } from '../deps.ts';
import { invalidParameter } from '../refusals.ts';
import { layerArn, parseLayerName } from './layer-name.ts';
import { changeLayerVersion, findLayerVersion, isLayerUsed } from './layer-store.ts';
import { accessToLayer } from './layer-version.ts';

export const deleteLayerVersion: LambdaOperation<'DeleteLayerVersion'> = {
  access: (input, call) => [
    accessToLayer('DeleteLayerVersion', parseLayerName(input.LayerName, call), input.VersionNumber),
  ],
  async handle(input, call, deps) {
    const layer = parseLayerName(input.LayerName, call);
    const row = await findLayerVersion(deps.database, layer, input.VersionNumber);
    if (!row?.code_id) return {};
    if (await isLayerUsed(deps.database, layerArn(layer, row.version)))
      throw invalidParameter(
        `Layer version ${layerArn(layer, row.version)} is used by a function. Clary cannot delete it yet: remove it from the function first.`,
      );
    await deps.database.write([changeLayerVersion(row, { code_id: null, revision_id: uuid() })]);
    await deps.code.remove(row.code_id);
    return {};
  },
};
