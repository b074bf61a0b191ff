/** The layers that a request gives to a function, checked; what the configuration keeps of them. */
import type { Layer } from '@aws-sdk/client-lambda';
import { AwsError } from '../../../contract/aws-error.ts';
import type { Call } from '../../../contract/call.ts';
import type { LambdaDeps } from '../deps.ts';
import { invalidParameter } from '../refusals.ts';
import { layerArn, parseLayerVersionArn } from './layer-name.ts';
import { findLayerVersion } from './layer-store.ts';

const mostLayers = 5;

/** Undefined where the request says nothing about layers. */
export async function resolveLayers(
  given: readonly string[] | undefined,
  call: Call,
  deps: LambdaDeps,
): Promise<Layer[] | undefined> {
  if (given === undefined) return undefined;
  const layers: Layer[] = [];
  const seen = new Map<string, string>();
  for (const arn of given) {
    const named = parseLayerVersionArn(arn);
    if (!named) throw missing(arn);
    if (named.region !== call.region)
      throw invalidParameter(
        `Layers are not in the same region as the function. Layers are expected to be in region ${call.region}.`,
      );
    const other = seen.get(layerArn(named));
    if (other !== undefined)
      throw invalidParameter(
        `Two different versions of the same layer are not allowed to be referenced in the same function. ${other} and ${arn} are versions of the same layer.`,
      );
    seen.set(layerArn(named), arn);
    const row = await findLayerVersion(deps.database, named, named.version);
    await authorizeLayer(arn, row?.policy ?? undefined, named.account, call);
    if (!row) throw missing(arn);
    layers.push({ Arn: arn, CodeSize: JSON.parse(row.document).CodeSize });
  }
  if (given.length > mostLayers) throw invalidParameter(`Cannot reference more than ${mostLayers} layers.`);
  return layers;
}

/** Who gives a layer to a function needs the permission to read it. */
async function authorizeLayer(arn: string, document: string | undefined, account: string, call: Call): Promise<void> {
  const resourcePolicy = { account, document };
  const decision = await call.authorize([{ action: 'lambda:GetLayerVersion', resource: arn, resourcePolicy }]);
  if (!decision.allowed) throw new AwsError('AccessDeniedException', decision.reason, { status: 403 });
}

const missing = (arn: string) => invalidParameter(`Layer version ${arn} does not exist.`);
