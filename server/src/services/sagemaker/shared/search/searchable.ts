/** What Search can search: where the records of each resource come from, a page of rows at a time. Never holds more than it was asked for. */
import type { Structure } from '../../../../models/shape.ts';
import type { Output } from '../../../../models/types.ts';
import type { Database } from '../../../../storage/database.ts';
import { endpointAnswer } from '../../inference/endpoints/describe-endpoint.ts';
import { endpointStore } from '../../inference/endpoints/endpoint-store.ts';
import { modelAnswer, modelStore } from '../../inference/models/model.ts';
import {
  modelPackageGroupAnswer,
  modelPackageGroupStore,
} from '../../registry/model-package-groups/model-package-group.ts';
import { describePackage } from '../../registry/model-packages/model-package.ts';
import { modelPackageStore } from '../../registry/model-packages/model-package-store.ts';
import { trainingJobs } from '../../training/search/training-jobs.ts';
import type { PagePosition } from '../page-token.ts';
import type { Tag } from '../tags/tag-store.ts';
import type { Expression } from './expression.ts';

export type SearchRecord = NonNullable<Output<'sagemaker', 'Search'>['Results']>[number];

export interface Candidate {
  readonly arn: string;
  readonly record: object;
}

export interface Scan {
  readonly account: string;
  readonly region: string;
  readonly now: Date;
  /** What is asked: a source may leave out what cannot satisfy it. */
  readonly expression: Expression | undefined;
  /** The structure of the records. */
  readonly root: Structure;
  /** The properties that it asks for, and the one that the results are sorted by: of a record, no others need be there. */
  readonly names: readonly string[];
}

export interface ScanOrder {
  readonly sortBy: string;
  readonly descends: boolean;
  readonly after: PagePosition | undefined;
  readonly limit: number;
}

export interface RankedPiece {
  /** How many satisfy the expression. */
  readonly total: number;
  /** The first of them in the order. */
  readonly first: readonly PagePosition[];
}

export interface Searchable {
  /** The member of a SearchRecord. */
  readonly member: keyof SearchRecord & string;
  /** How the resources of its ARNs begin. */
  readonly prefix: string;
  readonly sortBy: string;
  /** Every resource that may match, so many at a time. */
  pages(database: Database, scan: Scan, limit: number): AsyncGenerator<Candidate[]>;
  /** The same where the database alone can tell which satisfy the expression, and in which order; undefined where it can't. */
  ranked?(database: Database, scan: Scan, order: ScanOrder): AsyncGenerator<RankedPiece> | undefined;
  /** The whole records of those that are still there, where `pages` tells parts of them. */
  whole?(database: Database, scan: Scan, arns: readonly string[]): Promise<Candidate[]>;
  withTags(record: object, tags: readonly Tag[]): object;
}

const withTags = (record: object, tags: readonly Tag[]) => ({ ...record, Tags: tags });

/** By AWS's ResourceType. */
export const searchables: Readonly<Record<string, Searchable>> = {
  TrainingJob: {
    member: 'TrainingJob',
    prefix: 'training-job/',
    sortBy: 'LastModifiedTime',
    ...trainingJobs,
    withTags,
  },
  ModelPackageGroup: {
    member: 'ModelPackageGroup',
    prefix: 'model-package-group/',
    // Groups never change, so they have no LastModifiedTime.
    sortBy: 'CreationTime',
    async *pages(database, at, limit) {
      for await (const groups of inPages(limit, (after) => modelPackageGroupStore(database).scan(at, after, limit))) {
        yield groups.map((group) => ({ arn: group.arn, record: modelPackageGroupAnswer(group) }));
      }
    },
    withTags,
  },
  ModelPackage: {
    member: 'ModelPackage',
    prefix: 'model-package/',
    sortBy: 'LastModifiedTime',
    async *pages(database, at, limit) {
      for await (const versions of inPages(limit, (after) => modelPackageStore(database).scan(at, after, limit))) {
        yield versions.map((version) => ({ arn: version.arn, record: describePackage(version) }));
      }
    },
    withTags,
  },
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

/** `read` answers the resources after an ARN, in the order of their ARNs. */
async function* inPages<T extends { readonly arn: string }>(limit: number, read: (after: string) => Promise<T[]>) {
  let after = '';
  for (;;) {
    const page = await read(after);
    yield page;
    if (page.length < limit) return;
    after = page.at(-1)?.arn ?? '';
  }
}

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
