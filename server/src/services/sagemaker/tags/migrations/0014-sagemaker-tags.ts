/**
 * Tags of SageMaker's resources, and what lists of jobs are found by. Triggers take a resource's tags away with it, whoever removes it and however; the
 * tags that earlier versions kept in the requests alone are copied.
 */
import type { Migration } from '../../../../storage/migration.ts';

const tables = [
  'sagemaker_jobs',
  'sagemaker_models',
  'sagemaker_endpoint_configs',
  'sagemaker_endpoints',
  'sagemaker_model_packages',
  'sagemaker_model_package_groups',
];

export const sagemakerTags: Migration = {
  name: '0014-sagemaker-tags',
  statements: [
    `create table sagemaker_tags (
      arn text not null, key text not null, value text not null, primary key (arn, key)
    ) strict, without rowid`,
    // Endpoints kept no request; a package's version has its group's tags.
    ...tables
      .filter((table) => table !== 'sagemaker_endpoints')
      .map((table) => ({
        sqlite: `insert or ignore into sagemaker_tags (arn, key, value)
          select r.arn, json_extract(t.value, '$.Key'), coalesce(json_extract(t.value, '$.Value'), '')
          from ${table} r, json_each(r.request, '$.Tags') t
          where json_extract(t.value, '$.Key') is not null${table === 'sagemaker_model_packages' ? ' and r.group_name is null' : ''}`,
        postgres: undefined,
      })),
    {
      sqlite: '',
      postgres: `create function sagemaker_forget_tags() returns trigger language plpgsql as $body$
        begin delete from sagemaker_tags where arn = old.arn; return null; end $body$`,
    },
    ...tables.map((table) => ({
      sqlite: `create trigger ${table}_forget_tags after delete on ${table}
        begin delete from sagemaker_tags where arn = old.arn; end`,
      postgres: `create trigger forget_tags after delete on ${table} for each row execute function sagemaker_forget_tags()`,
    })),
    'create index sagemaker_jobs_listed on sagemaker_jobs (kind, account, region, created_at, arn, name, status, modified_at)',
    `create index sagemaker_jobs_with_pool on sagemaker_jobs (kind, account, region, created_at, arn)
      where json_extract(request, '$.ResourceConfig.KeepAlivePeriodInSeconds') is not null`,
  ],
};
