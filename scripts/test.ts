/**
 * `npm test`: prepares what the tests need (see set-up.ts), then runs every test under Node's runner, or those whose path contains one of the words given.
 */
import { run } from './run.ts';
import { setUp } from './set-up.ts';
import { findTests } from './test-files.ts';

const files = await findTests(process.argv.slice(2));
if (files.length === 0) {
  console.error(`no test's path contains ${process.argv.slice(2).join(' or ')}`);
  process.exit(1);
}
const environment = await setUp();
process.exit(await run(process.execPath, ['--test', '--test-concurrency=2', ...files], environment));
