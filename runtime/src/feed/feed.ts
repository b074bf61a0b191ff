/** Streams channels through named pipes (TrainingInputMode Pipe) beside a job's program, until it is ended with the job. */
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ClientError } from '../contract/client-error.ts';
import { feedPipe } from './pipe.ts';
import { readPlan } from './plan.ts';

/** Answers only where something is wrong; `failure` beside the plan then says what. */
export async function feed(planFile: string): Promise<number> {
  // SIGTERM is for the program, which may go on reading in its time of grace.
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
