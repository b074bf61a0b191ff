/** ListLayerVersions: https://docs.aws.amazon.com/lambda/latest/api/API_ListLayerVersions.html */
import type { LambdaOperation } from '../deps.ts';
import { pageOf } from '../page.ts';
import { parseLayerName } from './layer-name.ts';
import { listLayerVersions as readVersions } from './layer-store.ts';
import { accessToLayer, documentOf, listedVersion } from './layer-version.ts';

export const listLayerVersions: LambdaOperation<'ListLayerVersions'> = {
  access: (input, call) => [accessToLayer('ListLayerVersions', parseLayerName(input.LayerName, call))],
  async handle(input, call, deps) {
    const all = await readVersions(deps.database, parseLayerName(input.LayerName, call));
    const { CompatibleRuntime: runtime } = input;
    const wanted = all.filter((row) => !runtime || documentOf(row).CompatibleRuntimes?.includes(runtime));
    const page = pageOf(wanted, ({ version }) => String(version), input.Marker, input.MaxItems, call);
    return { LayerVersions: page.items.map(listedVersion), ...(page.next && { NextMarker: page.next }) };
  },
};
