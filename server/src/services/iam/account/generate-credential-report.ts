/**
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_GenerateCredentialReport.html. The report is there when this answers; the answer
 * still says that it was started, as clients wait for.
 */
import { rootArn } from '../../../contract/arn.ts';
import type { IamOperation } from '../deps.ts';
import { listEntities } from '../entities/entity-store.ts';
import { findReport, listAccountKeys, putReport } from './account-store.ts';
import { reportLifetimeMs, writeReport } from './credential-report.ts';

export const generateCredentialReport: IamOperation<'GenerateCredentialReport'> = {
  access: () => [{ action: 'iam:GenerateCredentialReport', resource: '*' }],
  async handle(_input, call, deps) {
    const now = call.now.getTime();
    const last = await findReport(deps.database, call.account);
    if (last && now - last.generated_at < reportLifetimeMs) return { State: 'COMPLETE' };
    await deps.lastUsed.settled();
    const [users, keys] = await Promise.all([
      listEntities(deps.database, 'iam_users', call.account),
      listAccountKeys(deps.database, call.account),
    ]);
    const content = writeReport(rootArn(call.region, call.account), users, keys);
    await deps.database.write([putReport({ account: call.account, generated_at: now, content })]);
    return { State: 'STARTED', Description: 'No report exists. Starting a new report generation task' };
  },
};
