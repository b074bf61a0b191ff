import type { Migration } from '../../../../storage/migration.ts';

/** Models and endpoint configurations never change once made; an endpoint's row changes under its revision. */
export const sagemakerEndpoints: Migration = {
  name: '0006-sagemaker-endpoints',
  statements: [
    `create table sagemaker_models (
      arn text primary key, account text not null, region text not null, name text not null,
      created_at integer not null, request text not null
    ) strict, without rowid`,
    'create index sagemaker_models_by_name on sagemaker_models (account, region, name)',
    `create table sagemaker_endpoint_configs (
      arn text primary key, account text not null, region text not null, name text not null,
      created_at integer not null, request text not null
    ) strict, without rowid`,
    'create index sagemaker_endpoint_configs_by_name on sagemaker_endpoint_configs (account, region, name)',
    `create table sagemaker_endpoints (
      arn text primary key, account text not null, region text not null, name text not null,
      status text not null, config_name text not null, serving_config_name text, failure_reason text,
      created_at integer not null, modified_at integer not null, revision integer not null
    ) strict, without rowid`,
    'create index sagemaker_endpoints_by_name on sagemaker_endpoints (account, region, name)',
    `create table sagemaker_replicas (
      id text primary key, endpoint_arn text not null, config_name text not null, variant text not null,
      state text not null, created_at integer not null, log_offset integer not null default 0
    ) strict, without rowid`,
    'create index sagemaker_replicas_by_endpoint on sagemaker_replicas (endpoint_arn)',
  ],
};
