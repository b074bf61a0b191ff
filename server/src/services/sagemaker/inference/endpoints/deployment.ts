/**
 * What an endpoint runs: its configuration and models, copied when the endpoint was created or updated. Replicas are started from this copy alone, because
 * callers may delete both while the endpoint serves: the SageMaker SDK 2.x deletes models and configuration before the endpoint.
 */
import { randomHex } from '../../../../kit/ids.ts';
import type { Database } from '../../../../storage/database.ts';
import { modelArn } from '../../shared/model-arn.ts';
import type { Named } from '../../shared/named-store.ts';
import type { EndpointConfig } from '../endpoint-configs/endpoint-config.ts';
import { type Model, modelStore } from '../models/model.ts';

export type DeployedModel = Pick<Named<Model>, 'name' | 'arn' | 'account' | 'region' | 'request'>;

export interface Deployment {
  /** Unique within the endpoint; a configuration's name is not, once it was deleted and created again. */
  readonly id: string;
  readonly endpointArn: string;
  readonly config: EndpointConfig;
  /** Those that existed when the copy was made. */
  readonly models: readonly DeployedModel[];
}

export async function newDeployment(
  database: Database,
  at: { readonly account: string; readonly region: string },
  endpointArn: string,
  config: EndpointConfig,
): Promise<Deployment> {
  const names = new Set(config.ProductionVariants.map((variant) => variant.ModelName ?? ''));
  const found = await Promise.all([...names].map((name) => modelStore(database).find(modelArn(at, name))));
  const models = found
    .filter((model) => model !== undefined)
    .map(({ name, arn, account, region, request }) => ({ name, arn, account, region, request }));
  return { id: randomHex(8), endpointArn, config, models };
}
