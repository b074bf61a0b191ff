/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListEntitiesForPolicy.html: who has it attached or has it as boundary. */
import type { IamOperation } from '../deps.ts';
import { readPageRange, toPage } from '../page.ts';
import { accessToPolicy, getManagedPolicy } from './managed-policy.ts';
import { listPolicyEntities } from './policy-store.ts';

export const listEntitiesForPolicy: IamOperation<'ListEntitiesForPolicy'> = {
  access: accessToPolicy('iam:ListEntitiesForPolicy'),
  async handle(input, call, deps) {
    await getManagedPolicy(deps, call, input.PolicyArn);
    const range = readPageRange(input, call);
    const usage = input.PolicyUsageFilter;
    const rows = await listPolicyEntities(deps.database, call.account, input.PolicyArn, {
      attached: usage !== 'PermissionsBoundary',
      bounded: usage !== 'PermissionsPolicy',
      pathPrefix: input.PathPrefix ?? '/',
    });
    // LocalManagedPolicy and AWSManagedPolicy are in the model's list of filters too: no policy has another one.
    const wanted = input.EntityFilter?.toLowerCase();
    const key = (row: (typeof rows)[number]) => `${row.kind}/${row.name}`;
    const rest = rows.filter((row) => (wanted === undefined || row.kind === wanted) && key(row) > (range.after ?? ''));
    const page = toPage(rest, range, key);
    const of = (kind: string) => page.rows.filter((row) => row.kind === kind);
    return {
      PolicyGroups: of('group').map((row) => ({ GroupName: row.name, GroupId: row.id })),
      PolicyUsers: of('user').map((row) => ({ UserName: row.name, UserId: row.id })),
      PolicyRoles: of('role').map((row) => ({ RoleName: row.name, RoleId: row.id })),
      IsTruncated: page.IsTruncated,
      Marker: page.Marker,
    };
  },
};
