/** A version of a layer as it is stored and answered: https://docs.aws.amazon.com/lambda/latest/api/API_GetLayerVersion.html */
import type { Access } from '../../../contract/operation.ts';
import type { Input } from '../../../models/types.ts';
import type { LambdaDeps } from '../deps.ts';
import { notFound } from '../refusals.ts';
import type { LayerVersionRow } from '../tables.ts';
import { layerArn } from './layer-name.ts';
import { findLayerVersion, type LayerName } from './layer-store.ts';

type Published = Input<'lambda', 'PublishLayerVersion'>;

export interface LayerDocument
  extends Pick<Published, 'Description' | 'CompatibleRuntimes' | 'CompatibleArchitectures' | 'LicenseInfo'> {
  readonly CreatedDate: string;
  readonly CodeSha256: string;
  readonly CodeSize: number;
}

export const documentOf = ({ document }: LayerVersionRow) => JSON.parse(document) as LayerDocument;

/** As lists answer it. */
export function listedVersion(row: LayerVersionRow) {
  const { CodeSha256: _, CodeSize: __, ...shown } = documentOf(row);
  return { ...shown, LayerVersionArn: layerArn(row, row.version), Version: row.version };
}

/** `LayerArn` and its content besides. */
export function fullVersion(row: LayerVersionRow) {
  const { CodeSha256, CodeSize } = documentOf(row);
  return { ...listedVersion(row), LayerArn: layerArn(row), Content: { CodeSha256, CodeSize } };
}

/** Of an action on a version, or on the layer where none is named. Runs before validation. */
export const accessToLayer = (action: string, layer: LayerName, version?: number, policy?: string | null): Access => ({
  action: `lambda:${action}`,
  resource: layerArn(layer, version),
  resourcePolicy: { account: layer.account, document: policy ?? undefined },
});

/** Throws ResourceNotFoundException. */
export async function requireLayerVersion(
  { database }: Pick<LambdaDeps, 'database'>,
  layer: LayerName,
  version: number,
): Promise<LayerVersionRow> {
  const row = await findLayerVersion(database, layer, version);
  if (!row) throw notFound('The resource you requested does not exist.');
  return row;
}
