import type { Migration } from '../../../../storage/migration.ts';

export const sagemakerRegistry: Migration = {
  name: '0005-sagemaker-registry',
  statements: [
    `create table sagemaker_model_package_groups (
      arn text primary key, account text not null, region text not null, name text not null,
      created_at integer not null, request text not null
    ) strict, without rowid`,
    'create index sagemaker_model_package_groups_by_name on sagemaker_model_package_groups (account, region, name)',
    `create table sagemaker_model_packages (
      arn text primary key, account text not null, region text not null, group_name text, version integer,
      status text not null, approval_status text, created_at integer not null, modified_at integer not null,
      revision integer not null, request text not null, state text not null
    ) strict, without rowid`,
    'create index sagemaker_model_packages_by_group on sagemaker_model_packages (account, region, group_name, version)',
    'create index sagemaker_model_packages_by_status on sagemaker_model_packages (status)',
  ],
};
