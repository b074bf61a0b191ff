/** `npm run check`: everything that can be said about the code in under a minute. Stops at the first step that fails. */
import { run } from './run.ts';
import { findTests, isUnitTest } from './test-files.ts';

const unitTests = (await findTests([])).filter(isUnitTest);
const sources = ['server/src', 'runtime/src', 'cli/src', 'examples'];
const steps: [string, string, string[]][] = [
  ['format and lint', 'biome', ['ci', '.']],
  ['types', 'tsc', ['-p', '.']],
  ['import rules', 'depcruise', ['--config', '.dependency-cruiser.cjs', '--output-type', 'err', ...sources]],
  ['unused code', 'knip', []],
  ['function lengths', process.execPath, ['scripts/function-lengths.ts']],
  ['generated files', process.execPath, ['scripts/generate.ts', '--check']],
  ['unit tests', process.execPath, ['--test', '--test-concurrency=2', '--test-reporter=dot', ...unitTests]],
];

for (const [what, program, args] of steps) {
  const started = performance.now();
  const status = await run(program, args);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${status === 0 ? 'ok' : 'FAILED'}  ${what} (${seconds} s)`);
  if (status !== 0) process.exit(status);
}
