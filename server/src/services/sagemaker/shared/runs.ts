/** The runs of SageMaker whose credentials end with them: jobs and replicas. */
import type { RunningRuns } from '../../../engine/running-runs.ts';
import type { Database } from '../../../storage/database.ts';
import { queryBuilder } from '../../../storage/query-builder.ts';

const sql = queryBuilder<{
  sagemaker_jobs: { arn: string; phase: string; state: string };
  sagemaker_replicas: { id: string };
}>();

/** A job that was started again has another run id. */
export const jobRun = ({ arn, state }: { readonly arn: string; readonly state: { readonly runId: string } }) =>
  `job ${state.runId} ${arn}`;
export const replicaRun = (id: string) => `replica ${id}`;

export function registerRuns(runs: RunningRuns, database: Database): void {
  runs.register('replica', async (id) => {
    const query = sql.selectFrom('sagemaker_replicas').select('id').where('id', '=', id);
    return (await database.read(query.compile())).length > 0;
  });
  runs.register('job', async (run) => {
    const [id, arn = ''] = run.split(' ');
    const query = sql
      .selectFrom('sagemaker_jobs')
      .select('state')
      .where('arn', '=', arn)
      .where('phase', '=', 'Running');
    const [row] = await database.read(query.compile());
    return row !== undefined && JSON.parse(row.state).runId === id;
  });
}
