/** Models and endpoints, as Search finds them. */
import type { Database } from '../../../storage/database.ts';
import { inPages, type Scan, type Searchables, withTags } from '../shared/search/searchable.ts';
import { endpointAnswer } from './endpoints/describe-endpoint.ts';
import { endpointStore } from './endpoints/endpoint-store.ts';
import { modelAnswer, modelStore } from './models/model.ts';

export const searchable: Searchables = {
  Endpoint: {
    member: 'Endpoint',
    prefix: 'endpoint/',
    sortBy: 'LastModifiedTime',
    async *pages(database, at, limit) {
      for await (const endpoints of inPages(limit, (after) => endpointStore(database).scan(at, after, limit))) {
        const records = await Promise.all(endpoints.map((endpoint) => endpointAnswer(database, endpoint)));
        yield records.map((record) => ({ arn: record.EndpointArn, record }));
      }
    },
    withTags,
  },
  Model: {
    member: 'Model',
    prefix: 'model/',
    sortBy: 'CreationTime',
    async *pages(database, at, limit) {
      const endpoints = await findEndpointsOfModels(database, at, limit);
      for await (const models of inPages(limit, (after) => modelStore(database).scan(at, after, limit))) {
        yield models.map((model) => ({
          arn: model.arn,
          record: { Model: modelAnswer(model), Endpoints: endpoints.get(model.name) ?? [] },
        }));
      }
    },
    withTags: (record, tags) => ({ ...record, Model: { ...(record as { Model: object }).Model, Tags: tags } }),
  },
};

/** Endpoints have processes, so there are never many of them. */
async function findEndpointsOfModels(database: Database, at: Scan, limit: number): Promise<Map<string, object[]>> {
  const ofModels = new Map<string, object[]>();
  for await (const endpoints of inPages(limit, (after) => endpointStore(database).scan(at, after, limit))) {
    for (const endpoint of endpoints) {
      const id = endpoint.servingDeployment ?? endpoint.deployment;
      const config = (await endpointStore(database).findDeployment(endpoint.arn, id))?.config;
      const answer = {
        EndpointName: endpoint.name,
        EndpointArn: endpoint.arn,
        CreationTime: endpoint.createdAt,
        LastModifiedTime: endpoint.modifiedAt,
        EndpointStatus: endpoint.status,
      };
      const models = new Set(config?.ProductionVariants.map(({ ModelName: model }) => model ?? ''));
      for (const model of models) ofModels.set(model, [...(ofModels.get(model) ?? []), answer]);
    }
  }
  return ofModels;
}
