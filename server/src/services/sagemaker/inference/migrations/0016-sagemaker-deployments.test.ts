import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { sagemakerEndpoints } from './0006-sagemaker-endpoints.ts';
import { sagemakerDeployments } from './0016-sagemaker-deployments.ts';

test('endpoints from before keep their configurations, their models and their replicas', () => {
  const database = new DatabaseSync(':memory:');
  for (const sql of sagemakerEndpoints.statements) database.exec(typeof sql === 'string' ? sql : sql.sqlite);
  const config = (model: string) => JSON.stringify({ ProductionVariants: [{ VariantName: 'v', ModelName: model }] });
  const configs = database.prepare(`insert into sagemaker_endpoint_configs values (?, 'x', 'y', ?, 1, ?)`);
  configs.run('config/old', 'old', config('m'));
  configs.run('config/new', 'new', config('nobody'));
  configs.run('config/other', 'other', config('m'));
  database.exec(`insert into sagemaker_models values ('model/m', 'x', 'y', 'm', 1, '{"served":{"image":"i"}}')`);
  database.exec(
    `insert into sagemaker_endpoints values ('endpoint/e', 'x', 'y', 'e', 'Updating', 'new', 'old', null, 1, 1, 1)`,
  );
  database.exec(`insert into sagemaker_replicas values ('r', 'endpoint/e', 'old', 'v', 'ready', 1, 0)`);
  for (const sql of sagemakerDeployments.statements) database.exec(typeof sql === 'string' ? sql : sql.sqlite);
  const rows = (sql: string) => database.prepare(sql).all();
  const kept = rows('select id, document from sagemaker_deployments order by id');
  const model = { name: 'm', arn: 'model/m', account: 'x', region: 'y', request: { served: { image: 'i' } } };
  assert.deepEqual(
    kept.map(({ id, document }) => [id, JSON.parse(String(document))]),
    [
      ['new', { config: JSON.parse(config('nobody')), models: [] }],
      ['old', { config: JSON.parse(config('m')), models: [model] }],
    ],
  );
  assert.deepEqual(
    rows('select deployment, serving_deployment from sagemaker_endpoints').map((row) => Object.values(row)),
    [['new', 'old']],
  );
  assert.deepEqual(
    rows('select deployment from sagemaker_replicas').map((row) => row.deployment),
    ['old'],
  );
});
