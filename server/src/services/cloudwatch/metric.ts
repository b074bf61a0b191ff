/** A metric is its account, region, namespace, name and the set of its dimensions, in any order. */
import { hash } from 'node:crypto';

export interface Dimension {
  readonly Name: string;
  readonly Value: string;
}

export interface MetricKey {
  readonly account: string;
  readonly region: string;
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly Dimension[];
}

type LooseDimension = { readonly Name?: string | undefined; readonly Value?: string | undefined };

export function sortDimensions(dimensions: readonly LooseDimension[] | undefined): Dimension[] {
  return (dimensions ?? [])
    .map(({ Name = '', Value = '' }) => ({ Name, Value }))
    .sort((a, b) => (a.Name < b.Name ? -1 : a.Name > b.Name ? 1 : 0));
}

/** Expects sorted dimensions. */
export function metricId({ account, region, namespace, name, dimensions }: MetricKey): string {
  const pairs = dimensions.flatMap(({ Name, Value }) => [Name, Value]);
  return hash('sha256', JSON.stringify([account, region, namespace, name, ...pairs]), 'base64url').slice(0, 27);
}
