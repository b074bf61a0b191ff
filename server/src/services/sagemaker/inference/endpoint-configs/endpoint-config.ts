/** An endpoint configuration: which models serve, with what weights, and what is captured. Immutable. */
import { formatArn } from '../../../../contract/arn.ts';
import type { Input } from '../../../../models/types.ts';
import type { Database } from '../../../../storage/database.ts';
import { namedStore } from '../../shared/named-store.ts';

export type EndpointConfig = Input<'sagemaker', 'CreateEndpointConfig'>;

export const endpointConfigArn = (at: { region: string; account: string }, name: string) =>
  formatArn('sagemaker', at.region, at.account, `endpoint-config/${name}`);

export const endpointConfigStore = (database: Database) =>
  namedStore<EndpointConfig>(database, 'sagemaker_endpoint_configs');
