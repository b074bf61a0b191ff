/** The only SQL about endpoints, their deployments and their replicas. */
import { type Database, type Statement, statement } from '../../../../storage/database.ts';
import { queryBuilder } from '../../../../storage/query-builder.ts';
import type { ListPage } from '../../shared/list-page.ts';
import type { Deployment } from './deployment.ts';
import type { Endpoint, EndpointStatus } from './endpoint.ts';

interface EndpointTable {
  arn: string;
  account: string;
  region: string;
  name: string;
  status: EndpointStatus;
  config_name: string;
  serving_config_name: string | null;
  deployment: string;
  serving_deployment: string | null;
  failure_reason: string | null;
  created_at: number;
  modified_at: number;
  revision: number;
}

interface DeploymentTable {
  endpoint_arn: string;
  id: string;
  document: string;
}

interface ReplicaTable {
  id: string;
  endpoint_arn: string;
  deployment: string;
  variant: string;
  /** starting: it has not answered yet. */
  state: 'starting' | 'ready';
  created_at: number;
  log_offset: number;
}

export interface ReplicaRow {
  readonly id: string;
  readonly endpointArn: string;
  readonly deployment: string;
  readonly variant: string;
  readonly state: 'starting' | 'ready';
  readonly createdAt: Date;
  /** How much of its log is in CloudWatch Logs, in bytes. */
  readonly logOffset: number;
}

const sql = queryBuilder<{
  sagemaker_endpoints: EndpointTable;
  sagemaker_deployments: DeploymentTable;
  sagemaker_replicas: ReplicaTable;
}>();

const endpointOf = (row: EndpointTable): Endpoint => ({
  arn: row.arn,
  account: row.account,
  region: row.region,
  name: row.name,
  status: row.status,
  configName: row.config_name,
  servingConfigName: row.serving_config_name ?? undefined,
  deployment: row.deployment,
  servingDeployment: row.serving_deployment ?? undefined,
  failureReason: row.failure_reason ?? undefined,
  createdAt: new Date(row.created_at),
  modifiedAt: new Date(row.modified_at),
  revision: row.revision,
});

const rowOf = (endpoint: Endpoint): EndpointTable => ({
  arn: endpoint.arn,
  account: endpoint.account,
  region: endpoint.region,
  name: endpoint.name,
  status: endpoint.status,
  config_name: endpoint.configName,
  serving_config_name: endpoint.servingConfigName ?? null,
  deployment: endpoint.deployment,
  serving_deployment: endpoint.servingDeployment ?? null,
  failure_reason: endpoint.failureReason ?? null,
  created_at: endpoint.createdAt.getTime(),
  modified_at: endpoint.modifiedAt.getTime(),
  revision: endpoint.revision,
});

export interface EndpointPage extends Omit<ListPage, 'sortBy'> {
  readonly status: string | undefined;
  readonly modifiedAfter: Date | undefined;
  readonly modifiedBefore: Date | undefined;
  readonly sortBy: ListPage['sortBy'] | 'status';
}

export function endpointStore(database: Database) {
  const from = () => sql.selectFrom('sagemaker_endpoints').selectAll();
  return {
    insert: (endpoint: Endpoint): Statement =>
      statement(sql.insertInto('sagemaker_endpoints').values(rowOf(endpoint)).compile(), 1),

    /** The change succeeds only if no other writer changed the endpoint since it was read (`endpoint.revision` as read). */
    update: (endpoint: Endpoint): Statement =>
      statement(
        sql
          .updateTable('sagemaker_endpoints')
          .set({ ...rowOf(endpoint), revision: endpoint.revision + 1 })
          .where('arn', '=', endpoint.arn)
          .where('revision', '=', endpoint.revision)
          .compile(),
        1,
      ),

    remove: (endpoint: Endpoint): Statement[] => [
      statement(sql.deleteFrom('sagemaker_endpoints').where('arn', '=', endpoint.arn).compile(), 1),
      statement(sql.deleteFrom('sagemaker_replicas').where('endpoint_arn', '=', endpoint.arn).compile()),
      statement(sql.deleteFrom('sagemaker_deployments').where('endpoint_arn', '=', endpoint.arn).compile()),
    ],

    async find(arn: string): Promise<Endpoint | undefined> {
      const [row] = await database.read(from().where('arn', '=', arn).compile());
      return row && endpointOf(row);
    },

    insertDeployment: ({ endpointArn, id, config, models }: Deployment): Statement =>
      statement(
        sql
          .insertInto('sagemaker_deployments')
          .values({ endpoint_arn: endpointArn, id, document: JSON.stringify({ config, models }) })
          .compile(),
        1,
      ),

    async findDeployment(endpointArn: string, id: string): Promise<Deployment | undefined> {
      const query = sql.selectFrom('sagemaker_deployments').select('document').where('endpoint_arn', '=', endpointArn);
      const [row] = await database.read(query.where('id', '=', id).compile());
      return row && { endpointArn, id, ...JSON.parse(row.document) };
    },

    /** Removes every deployment of the endpoint but this one. */
    removeOtherDeployments: (endpointArn: string, id: string): Statement =>
      statement(
        sql.deleteFrom('sagemaker_deployments').where('endpoint_arn', '=', endpointArn).where('id', '!=', id).compile(),
      ),

    /** The endpoints after an ARN, in the order of their ARNs. */
    async scan(at: { account: string; region: string }, after: string, limit: number): Promise<Endpoint[]> {
      const query = from().where('account', '=', at.account).where('region', '=', at.region).where('arn', '>', after);
      return (await database.read(query.orderBy('arn').limit(limit).compile())).map(endpointOf);
    },

    async list(at: { account: string; region: string }, page: EndpointPage): Promise<Endpoint[]> {
      let query = from().where('account', '=', at.account).where('region', '=', at.region);
      if (page.nameContains) query = query.where((e) => e(e.fn('instr', ['name', e.val(page.nameContains)]), '>', 0));
      if (page.status) query = query.where('status', '=', page.status as EndpointStatus);
      if (page.createdAfter) query = query.where('created_at', '>=', page.createdAfter.getTime());
      if (page.createdBefore) query = query.where('created_at', '<=', page.createdBefore.getTime());
      if (page.modifiedAfter) query = query.where('modified_at', '>=', page.modifiedAfter.getTime());
      if (page.modifiedBefore) query = query.where('modified_at', '<=', page.modifiedBefore.getTime());
      const rows = await database.read(
        query
          .orderBy(page.sortBy, page.order)
          .orderBy('arn', page.order)
          .limit(page.limit)
          .offset(page.offset)
          .compile(),
      );
      return rows.map(endpointOf);
    },

    /** Every endpoint that has or needs processes. */
    async listArns(): Promise<string[]> {
      const rows = await database.read(
        sql.selectFrom('sagemaker_endpoints').select('arn').where('status', '!=', 'Failed').compile(),
      );
      return rows.map((row) => row.arn);
    },

    insertReplica: (replica: ReplicaRow): Statement =>
      statement(
        sql
          .insertInto('sagemaker_replicas')
          .values({
            id: replica.id,
            endpoint_arn: replica.endpointArn,
            deployment: replica.deployment,
            variant: replica.variant,
            state: replica.state,
            created_at: replica.createdAt.getTime(),
            log_offset: replica.logOffset,
          })
          .compile(),
        1,
      ),

    markReady: (id: string): Statement =>
      statement(sql.updateTable('sagemaker_replicas').set({ state: 'ready' }).where('id', '=', id).compile(), 1),

    keepLogOffset: (id: string, offset: number): Statement =>
      statement(sql.updateTable('sagemaker_replicas').set({ log_offset: offset }).where('id', '=', id).compile()),

    removeReplica: (id: string): Statement =>
      statement(sql.deleteFrom('sagemaker_replicas').where('id', '=', id).compile()),

    async listReplicas(endpointArn: string): Promise<ReplicaRow[]> {
      const rows = await database.read(
        sql
          .selectFrom('sagemaker_replicas')
          .selectAll()
          .where('endpoint_arn', '=', endpointArn)
          .orderBy('created_at')
          .orderBy('id')
          .compile(),
      );
      return rows.map((row) => ({
        id: row.id,
        endpointArn: row.endpoint_arn,
        deployment: row.deployment,
        variant: row.variant,
        state: row.state,
        createdAt: new Date(row.created_at),
        logOffset: row.log_offset,
      }));
    },
  };
}
