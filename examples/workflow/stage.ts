/** Prints the stages of a workflow: what was done, the resource's name, how long it took. A stage that throws ends the program with exit status 1. */
export interface StageReport {
  /** One line: what was done. */
  readonly did: string;
  /** ARNs and S3 locations that came of it. */
  readonly resources?: readonly string[];
  /** Further lines: tables, predictions, captured data. */
  readonly shows?: readonly string[];
}

let count = 0;

export async function stage<T extends StageReport>(name: string, work: () => Promise<T>): Promise<T> {
  count += 1;
  const started = performance.now();
  try {
    const report = await work();
    const seconds = ((performance.now() - started) / 1000).toFixed(2);
    console.log(`\n${count}. ${name} (${seconds} s): ${report.did}`);
    for (const resource of report.resources ?? []) console.log(`   → ${resource}`);
    for (const line of report.shows ?? []) console.log(`   ${line}`);
    return report;
  } catch (error) {
    console.error(`\n${count}. ${name} failed: ${error instanceof Error ? `${error.name}: ${error.message}` : error}`);
    process.exit(1);
  }
}

/** Polls until `done` returns a value. The SDK's own waiters poll every 30 s, which suits services that need minutes. */
export async function until<T>(what: string, done: () => Promise<T | undefined>, timeoutMs = 120_000): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (let pauseMs = 20; ; pauseMs = Math.min(pauseMs * 1.5, 500)) {
    const result = await done();
    if (result !== undefined) return result;
    if (performance.now() > deadline) throw new Error(`${what} was not reached within ${timeoutMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
