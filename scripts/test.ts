/**
 * `npm test`: prepares what the tests need (set-up.ts), then runs all of them, and those that go by the database a second time on PostgreSQL.
 * `npm test WORD …` runs those whose path contains one of the words and prepares only what they need; `--postgres` runs them on PostgreSQL.
 */
import { startPostgres } from '../test/harness/postgres.ts';
import { setUp } from './set-up.ts';
import { findTests, inOrder, isOnBothDatabases } from './test-files.ts';
import { needsOf } from './test-needs.ts';
import { runTests, type TestCounts } from './test-run.ts';

const words = process.argv.slice(2).filter((word) => word !== '--postgres');
const onPostgresOnly = process.argv.includes('--postgres');
const files = inOrder(await findTests(words));
if (files.length === 0) {
  console.error(`no test's path contains ${words.join(' or ')}`);
  process.exit(1);
}
const started = performance.now();
const environment = await setUp(new Set(files.flatMap((file) => [...needsOf(file)])));
console.log(`Set up in ${((performance.now() - started) / 1000).toFixed(1)} s`);

const runs: TestCounts[] = [];
if (!onPostgresOnly) runs.push(await runTests('SQLite', files, environment));
const again = onPostgresOnly ? files : words.length === 0 ? files.filter(isOnBothDatabases) : [];
if (again.length > 0) {
  await using postgres = await startPostgres();
  const CLARY_TEST_DATABASE = await postgres.create();
  runs.push(await runTests('PostgreSQL', again, { ...environment, CLARY_TEST_DATABASE }));
}
const sum = (name: 'passed' | 'failed' | 'skipped') => runs.reduce((total, counts) => total + counts[name], 0);
const seconds = ((performance.now() - started) / 1000).toFixed(0);
console.log(`\nAll in ${seconds} s`);
console.log(`${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`);
process.exitCode = sum('failed') === 0 ? 0 : 1;
