/** Streams channels through named pipes (TrainingInputMode Pipe) beside a job's program, until it is ended with the job. */
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ClientError } from '../contract/client-error.ts';
import { feedPipe } from './pipe.ts';
import { readPlan } from './plan.ts';

/** Returns only after an error; the file `failure` beside the plan then has the reason. */
export async function feed(planFile: string): Promise<number> {
  // SIGTERM is for the program, which may continue to read during its grace period.
  process.on('SIGTERM', () => {});
  // What waits in threads keeps no process alive.
  const awake = setInterval(() => {}, 2 ** 30);
  try {
    await Promise.race((await readPlan(planFile)).map(feedPipe));
    return 0;
  } catch (error) {
    const kind = error instanceof ClientError ? 'ClientError' : 'AlgorithmError';
    const text = `${kind}: ${(error as Error).message}`;
    console.error(text);
    await writeFile(join(dirname(planFile), 'failure'), text);
    return 1;
  } finally {
    clearInterval(awake);
  }
}
