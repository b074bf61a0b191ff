/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetCredentialReport.html; the errors are those of that page. */
import type { IamOperation } from '../deps.ts';
import { findReport } from './account-store.ts';
import { reportLifetimeMs } from './credential-report.ts';

export const getCredentialReport: IamOperation<'GetCredentialReport'> = {
  access: () => [{ action: 'iam:GetCredentialReport', resource: '*' }],
  async handle(_input, call, deps) {
    const report = await findReport(deps.database, call.account);
    if (!report) {
      throw call.error(
        'ReportNotPresent',
        'The request was rejected because the credential report does not exist. To generate a credential report, use GenerateCredentialReport.',
      );
    }
    if (call.now.getTime() - report.generated_at >= reportLifetimeMs) {
      throw call.error(
        'ReportExpired',
        'The request was rejected because the most recent credential report has expired. To generate a new credential report, use GenerateCredentialReport.',
      );
    }
    return {
      Content: Buffer.from(report.content),
      ReportFormat: 'text/csv',
      GeneratedTime: new Date(report.generated_at),
    };
  },
};
