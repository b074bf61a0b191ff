/** ListLayers: https://docs.aws.amazon.com/lambda/latest/api/API_ListLayers.html: each layer with its newest version. */
import type { LambdaOperation } from '../deps.ts';
import { pageOf } from '../page.ts';
import { layerArn } from './layer-name.ts';
import { listLayers as readLayers } from './layer-store.ts';
import { documentOf, listedVersion } from './layer-version.ts';

export const listLayers: LambdaOperation<'ListLayers'> = {
  access: () => [{ action: 'lambda:ListLayers', resource: '*' }],
  async handle(input, call, deps) {
    const { CompatibleRuntime: runtime } = input;
    const all = (await readLayers(deps.database, call.account, call.region)).filter(
      (row) => !runtime || documentOf(row).CompatibleRuntimes?.includes(runtime),
    );
    const newest = all.filter((row, i) => all[i - 1]?.name !== row.name);
    const page = pageOf(newest, ({ name }) => name, input.Marker, input.MaxItems, call);
    const Layers = page.items.map((row) => ({
      LayerName: row.name,
      LayerArn: layerArn(row),
      LatestMatchingVersion: listedVersion(row),
    }));
    return { Layers, ...(page.next && { NextMarker: page.next }) };
  },
};
