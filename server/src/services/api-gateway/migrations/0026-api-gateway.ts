/** REST APIs, each one document; their deployments, which never change; their stages. */
import type { Migration } from '../../../storage/migration.ts';

export const apiGatewayTables: Migration = {
  name: '0026-api-gateway',
  statements: [
    `create table rest_apis (
      id text not null primary key,
      account text not null,
      region text not null,
      created_at integer not null,
      version integer not null,
      document text not null
    ) without rowid`,
    'create index rest_apis_by_account on rest_apis (account, region, id)',
    `create table rest_api_deployments (
      api_id text not null,
      id text not null,
      created_at integer not null,
      description text,
      snapshot text not null,
      primary key (api_id, id)
    ) without rowid`,
    `create table rest_api_stages (
      api_id text not null,
      name text not null,
      deployment_id text not null,
      created_at integer not null,
      updated_at integer not null,
      version integer not null,
      document text not null,
      primary key (api_id, name)
    ) without rowid`,
  ],
};
