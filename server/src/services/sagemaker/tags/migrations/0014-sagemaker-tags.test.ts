import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { sagemakerEndpoints } from '../../inference/migrations/0006-sagemaker-endpoints.ts';
import { sagemakerJobs } from '../../jobs/migrations/0004-sagemaker-jobs.ts';
import { sagemakerRegistry } from '../../registry/migrations/0005-sagemaker-registry.ts';
import { sagemakerTags } from './0014-sagemaker-tags.ts';

test('tags that were stored in requests only are migrated, and are deleted with their resource', () => {
  const database = new DatabaseSync(':memory:');
  for (const { statements } of [sagemakerJobs, sagemakerRegistry, sagemakerEndpoints]) {
    for (const sql of statements) database.exec(typeof sql === 'string' ? sql : sql.sqlite);
  }
  const request = (...tags: object[]) => JSON.stringify({ Tags: tags });
  const a = { Key: 'a', Value: '1' };
  const job = database.prepare(
    `insert into sagemaker_jobs values (?, 'training', 'x', 'y', ?, 's', 'Ended', 1, 1, 1, 0, ?, '{}')`,
  );
  job.run('job', 'job', request(a, { Key: 'a', Value: '2' }, { Key: 'b' }));
  job.run('bare', 'bare', '{}');
  database.prepare(`insert into sagemaker_models values ('model', 'x', 'y', 'm', 1, ?)`).run(request(a));
  const version = database.prepare(
    `insert into sagemaker_model_packages values (?, 'x', 'y', ?, null, 'Completed', null, 1, 1, 1, ?, '{}')`,
  );
  version.run('single', null, request(a));
  version.run('version', 'group', request(a));
  for (const sql of sagemakerTags.statements) database.exec(typeof sql === 'string' ? sql : sql.sqlite);
  const tags = () =>
    database
      .prepare('select arn, key, value from sagemaker_tags order by arn, key')
      .all()
      .map((row) => Object.values(row).join(' '));
  assert.deepEqual(tags(), ['job a 1', 'job b ', 'model a 1', 'single a 1']);
  database.exec(`delete from sagemaker_jobs where arn = 'job'`);
  assert.deepEqual(tags(), ['model a 1', 'single a 1']);
  database.exec('delete from sagemaker_models; delete from sagemaker_model_packages');
  assert.deepEqual(tags(), []);
});
