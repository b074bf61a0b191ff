/** How callers name a layer and its versions. Pure. */
import { formatArn } from '../../../contract/arn.ts';
import type { CallFacts } from '../../../contract/call.ts';
import type { LayerName } from './layer-store.ts';

type Where = Pick<CallFacts, 'region'> & { readonly account: string };

const form = /^arn:aws[a-zA-Z-]*:lambda:([a-z0-9-]+):(\d{12}):layer:([a-zA-Z0-9-_]+)(?::(\d+))?$/;

/** A name or an ARN. Never throws. */
export function parseLayerName(given: string | undefined, call: Where): LayerName {
  const [, region, account, name] = form.exec(given ?? '') ?? [];
  return { region: region ?? call.region, account: account ?? call.account, name: name ?? given ?? '' };
}

/** Undefined for what is no version of a layer. */
export function parseLayerVersionArn(arn: string): (LayerName & { readonly version: number }) | undefined {
  const [, region, account, name, version] = form.exec(arn) ?? [];
  if (!region || !account || !name || !version) return undefined;
  return { region, account, name, version: Number(version) };
}

export const layerArn = ({ region, account, name }: LayerName, version?: number): string =>
  formatArn('lambda', region, account, `layer:${name}${version === undefined ? '' : `:${version}`}`);
