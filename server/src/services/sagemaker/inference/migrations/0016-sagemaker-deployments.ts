/**
 * An endpoint keeps what it runs: its configuration and models may be deleted while it serves. Older rows have no id for a
 * deployment, but a configuration's name was unique within an endpoint: it becomes the id.
 */
import type { Migration } from '../../../../storage/migration.ts';

const modelsOf = `select json_group_array(json_object('name', m.name, 'arn', m.arn, 'account', m.account, 'region', m.region, 'request', json(m.request)))
  from sagemaker_models m
  where m.account = e.account and m.region = e.region
    and m.name in (select json_extract(v.value, '$.ModelName') from json_each(c.request, '$.ProductionVariants') v)`;

export const sagemakerDeployments: Migration = {
  name: '0016-sagemaker-deployments',
  statements: [
    `create table sagemaker_deployments (
      endpoint_arn text not null, id text not null, document text not null, primary key (endpoint_arn, id)
    ) strict, without rowid`,
    {
      sqlite: `insert into sagemaker_deployments (endpoint_arn, id, document)
      select e.arn, c.name, json_object('config', json(c.request), 'models', json((${modelsOf})))
      from sagemaker_endpoints e join sagemaker_endpoint_configs c
        on c.account = e.account and c.region = e.region and c.name in (e.config_name, e.serving_config_name)`,
      postgres: undefined,
    },
    `alter table sagemaker_endpoints add column deployment text not null default ''`,
    'alter table sagemaker_endpoints add column serving_deployment text',
    'update sagemaker_endpoints set deployment = config_name, serving_deployment = serving_config_name',
    'alter table sagemaker_replicas rename column config_name to deployment',
  ],
};
