/**
 * Which replicas answer for which endpoint: an immutable snapshot in memory, published only by the endpoint reconciler, read on every prediction.
 * No SQL and no payload here.
 */
import type { Access } from '../contract/operation.ts';
import type { Replica } from './replica.ts';

export interface CaptureRoute {
  readonly destinationS3Uri: string;
  readonly samplingPercentage: number;
  readonly input: boolean;
  readonly output: boolean;
  readonly csvContentTypes: readonly string[];
  readonly jsonContentTypes: readonly string[];
}

export interface VariantRoute {
  readonly name: string;
  readonly weight: number;
  readonly replicas: readonly Replica[];
}

export interface EndpointRoute {
  readonly account: string;
  readonly region: string;
  readonly endpointName: string;
  readonly endpointConfigName: string;
  /** The role in whose name captured data is written. */
  readonly executionRoleArn: string | undefined;
  readonly variants: readonly VariantRoute[];
  readonly capture: CaptureRoute | undefined;
  /** The endpoint's tags as condition keys, so that no prediction has to look them up. */
  readonly tags: Required<Pick<Access, 'resourceTags' | 'context'>>;
}

export interface RoutingTable {
  find(account: string, region: string, endpointName: string): EndpointRoute | undefined;
  /** Replaces the route; undefined takes it away. */
  publish(account: string, region: string, endpointName: string, route: EndpointRoute | undefined): void;
}

export function createRoutingTable(): RoutingTable {
  let routes: ReadonlyMap<string, EndpointRoute> = new Map();
  const keyOf = (account: string, region: string, name: string) => `${account}/${region}/${name}`;
  return {
    find: (account, region, name) => routes.get(keyOf(account, region, name)),
    publish(account, region, name, route) {
      const next = new Map(routes);
      if (route) next.set(keyOf(account, region, name), route);
      else next.delete(keyOf(account, region, name));
      routes = next;
    },
  };
}
