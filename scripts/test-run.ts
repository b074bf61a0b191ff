/** Runs test files under Node's runner and reports: each failure in full at the end, the time of each tier, the slowest files. */
import { relative } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { type Tier, tierOf, tiers } from './test-files.ts';

export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface FileTime {
  readonly file: string;
  readonly seconds: number;
}

const slowestShown = 10;

/** `title` says which run it is, where there are several. */
export async function runTests(
  title: string,
  files: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<TestCounts> {
  // The runner hands its own environment to the processes of the tests.
  Object.assign(process.env, env);
  const times: FileTime[] = [];
  let counts: TestCounts = { passed: 0, failed: 0, skipped: 0 };
  const events = run({ files: [...files], concurrency: 2 });
  events.on('test:summary', ({ file, counts: found, duration_ms: duration }) => {
    if (file) times.push({ file: relative('.', file), seconds: duration / 1000 });
    else {
      const { tests, passed, skipped, todo } = found;
      counts = { passed, failed: tests - passed - skipped - todo, skipped };
    }
  });
  const report = events.compose(spec());
  report.pipe(process.stdout, { end: false });
  await new Promise((resolve) => report.once('end', resolve));
  describeTimes(title, times);
  return counts;
}

function describeTimes(title: string, times: readonly FileTime[]): void {
  const total = (tier: Tier) => times.filter(({ file }) => tierOf(file) === tier);
  console.log(`\n${title}: seconds by tier, added up over files that ran side by side`);
  for (const tier of tiers) {
    const own = total(tier);
    const seconds = own.reduce((sum, time) => sum + time.seconds, 0);
    if (own.length > 0)
      console.log(`  ${tier.padEnd(8)} ${String(own.length).padStart(4)} files ${seconds.toFixed(0).padStart(5)} s`);
  }
  console.log('Slowest files');
  for (const { file, seconds } of times.toSorted((one, other) => other.seconds - one.seconds).slice(0, slowestShown)) {
    console.log(`  ${seconds.toFixed(1).padStart(6)} s  ${file}`);
  }
}
