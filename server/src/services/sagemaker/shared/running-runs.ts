/**
 * Which runs of jobs and replicas go on: the credentials that a run was given end with it. Asked for each request that a run signs, so what runs is kept in
 * memory; what has ended is not, and is looked up again.
 */
import type { Database } from '../../../storage/database.ts';
import { queryBuilder } from '../../../storage/query-builder.ts';

const sql = queryBuilder<{
  sagemaker_jobs: { arn: string; phase: string; state: string };
  sagemaker_replicas: { id: string };
}>();

/** A job that begins again has another run id. */
export const jobRun = ({ arn, state }: { readonly arn: string; readonly state: { readonly runId: string } }) =>
  `job ${state.runId} ${arn}`;
export const replicaRun = (id: string) => `replica ${id}`;

export interface RunningRuns {
  isRunning(run: string): boolean | Promise<boolean>;
  /** After the end is in the database. */
  end(run: string): void;
}

async function lookUp(database: Database, run: string): Promise<boolean> {
  const [kind, id = '', arn = ''] = run.split(' ');
  if (kind === 'replica') {
    const query = sql.selectFrom('sagemaker_replicas').select('id').where('id', '=', id);
    return (await database.read(query.compile())).length > 0;
  }
  const query = sql.selectFrom('sagemaker_jobs').select('state').where('arn', '=', arn).where('phase', '=', 'Running');
  const [row] = await database.read(query.compile());
  return row !== undefined && JSON.parse(row.state).runId === id;
}

export function runningRuns(database: Database): RunningRuns {
  const known = new Map<string, true | Promise<boolean>>();
  return {
    isRunning(run) {
      const found = known.get(run);
      if (found !== undefined) return found;
      const looking: Promise<boolean> = lookUp(database, run).then(
        (isRunning) => {
          // Its end may have been reported meanwhile.
          if (known.get(run) !== looking) return isRunning;
          if (isRunning) known.set(run, true);
          else known.delete(run);
          return isRunning;
        },
        (error: unknown) => {
          if (known.get(run) === looking) known.delete(run);
          throw error;
        },
      );
      known.set(run, looking);
      return looking;
    },
    end(run) {
      known.delete(run);
    },
  };
}
