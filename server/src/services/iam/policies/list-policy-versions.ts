/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicyVersions.html */
import type { IamOperation } from '../deps.ts';
import { readPageRange, toPage } from '../page.ts';
import { accessToPolicy, getManagedPolicy } from './managed-policy.ts';
import { toAwsVersion, toVersion } from './policy-version.ts';
import { listVersions } from './version-store.ts';

export const listPolicyVersions: IamOperation<'ListPolicyVersions'> = {
  access: accessToPolicy('iam:ListPolicyVersions'),
  async handle(input, call, deps) {
    const found = await getManagedPolicy(deps, call, input.PolicyArn);
    if ('aws' in found) {
      return { Versions: [toAwsVersion(found.aws)], IsTruncated: false };
    }
    const range = readPageRange(input, call);
    const rows = await listVersions(deps.database, found.own.id, range);
    const page = toPage(rows, range, (row) => String(row.version));
    return {
      Versions: page.rows.map((row) => toVersion(found.own, row)),
      IsTruncated: page.IsTruncated,
      Marker: page.Marker,
    };
  },
};
