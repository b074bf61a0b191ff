/** The only SQL about model packages. */
import { type Database, type Statement, statement } from '../../../../storage/database.ts';
import { queryBuilder } from '../../../../storage/query-builder.ts';
import type { ListPage } from '../../shared/list-page.ts';
import { type ApprovalStatus, type ModelPackage, type ModelPackageStatus, modelPackageArn } from './model-package.ts';

interface PackageTable {
  arn: string;
  account: string;
  region: string;
  group_name: string | null;
  version: number | null;
  status: ModelPackageStatus;
  approval_status: ApprovalStatus | null;
  created_at: number;
  modified_at: number;
  revision: number;
  request: string;
  state: string;
}

export interface PackagePage extends ListPage {
  readonly groupName: string | undefined;
  readonly type: 'Versioned' | 'Unversioned' | 'Both';
  readonly approvalStatus: string | undefined;
}

const sql = queryBuilder<{ sagemaker_model_packages: PackageTable }>();

const rowOf = (version: ModelPackage): PackageTable => ({
  arn: version.arn,
  account: version.account,
  region: version.region,
  group_name: version.groupName ?? null,
  version: version.version ?? null,
  status: version.status,
  approval_status: version.approvalStatus ?? null,
  created_at: version.createdAt.getTime(),
  modified_at: version.modifiedAt.getTime(),
  revision: version.revision,
  request: JSON.stringify(version.request),
  state: JSON.stringify(version.state),
});

const packageOf = (row: PackageTable): ModelPackage => ({
  arn: row.arn,
  account: row.account,
  region: row.region,
  groupName: row.group_name ?? undefined,
  version: row.version ?? undefined,
  status: row.status,
  approvalStatus: row.approval_status ?? undefined,
  createdAt: new Date(row.created_at),
  modifiedAt: new Date(row.modified_at),
  revision: row.revision,
  request: JSON.parse(row.request),
  state: JSON.parse(row.state),
});

type Scope = { readonly account: string; readonly region: string };

export function modelPackageStore(database: Database) {
  /** The row of a deleted version stays, so that its number and ARN are never used again. */
  const all = () => sql.selectFrom('sagemaker_model_packages').selectAll().where('status', '!=', 'Deleting');
  return {
    insert: (version: ModelPackage): Statement =>
      statement(sql.insertInto('sagemaker_model_packages').values(rowOf(version)).compile(), 1),

    /** Succeeds only if no other writer changed the version since it was read. */
    update: (version: ModelPackage): Statement =>
      statement(
        sql
          .updateTable('sagemaker_model_packages')
          .set({ ...rowOf(version), revision: version.revision + 1 })
          .where('arn', '=', version.arn)
          .where('revision', '=', version.revision)
          .compile(),
        1,
      ),

    /** Succeeds only if no other writer changed it since it was read. */
    remove: (version: ModelPackage): Statement =>
      statement(
        version.groupName
          ? sql
              .updateTable('sagemaker_model_packages')
              .set({ status: 'Deleting', revision: version.revision + 1 })
              .where('arn', '=', version.arn)
              .where('revision', '=', version.revision)
              .compile()
          : sql.deleteFrom('sagemaker_model_packages').where('arn', '=', version.arn).compile(),
        1,
      ),

    /** Deletes the rows of a deleted group's versions, and with them their numbers. */
    forgetDeleted: (at: Scope, groupName: string): Statement =>
      statement(
        sql
          .deleteFrom('sagemaker_model_packages')
          .where('account', '=', at.account)
          .where('region', '=', at.region)
          .where('group_name', '=', groupName)
          .where('status', '=', 'Deleting')
          .compile(),
      ),

    async find(arn: string): Promise<ModelPackage | undefined> {
      const [row] = await database.read(all().where('arn', '=', arn).compile());
      return row && packageOf(row);
    },

    /** Fails the write if the group has a version by then. */
    noneIn: (at: Scope, groupName: string): Statement =>
      statement(
        sql
          .updateTable('sagemaker_model_packages')
          .set((e) => ({ version: e.ref('version') }))
          .where('account', '=', at.account)
          .where('region', '=', at.region)
          .where('group_name', '=', groupName)
          .where('status', '!=', 'Deleting')
          .compile(),
        0,
      ),

    /** The highest version number of the group; 0 if it has none. */
    async findLatestVersion(at: Scope, groupName: string): Promise<number> {
      const [row] = await database.read(
        sql
          .selectFrom('sagemaker_model_packages')
          .select('version')
          .where('account', '=', at.account)
          .where('region', '=', at.region)
          .where('group_name', '=', groupName)
          .orderBy('version', 'desc')
          .limit(1)
          .compile(),
      );
      return row?.version ?? 0;
    },

    async listUnchecked(): Promise<string[]> {
      const rows = await database.read(
        sql
          .selectFrom('sagemaker_model_packages')
          .select('arn')
          .where('status', 'in', ['Pending', 'InProgress'])
          .compile(),
      );
      return rows.map((row) => row.arn);
    },

    /** The packages after an ARN, in the order of their ARNs. */
    async scan(at: Scope, after: string, limit: number): Promise<ModelPackage[]> {
      const query = all().where('account', '=', at.account).where('region', '=', at.region).where('arn', '>', after);
      return (await database.read(query.orderBy('arn').limit(limit).compile())).map(packageOf);
    },

    async list(at: Scope, page: PackagePage): Promise<ModelPackage[]> {
      let query = all().where('account', '=', at.account).where('region', '=', at.region);
      if (page.groupName) query = query.where('group_name', '=', page.groupName);
      else if (page.type === 'Versioned') query = query.where('group_name', 'is not', null);
      else if (page.type === 'Unversioned') query = query.where('group_name', 'is', null);
      if (page.nameContains) query = query.where((e) => e(e.fn('instr', ['arn', e.val(page.nameContains)]), '>', 0));
      if (page.approvalStatus) query = query.where('approval_status', '=', page.approvalStatus as ApprovalStatus);
      if (page.createdAfter) query = query.where('created_at', '>=', page.createdAfter.getTime());
      if (page.createdBefore) query = query.where('created_at', '<=', page.createdBefore.getTime());
      const rows = await database.read(
        query
          // By name, then by number: as text, version 10 would come before version 2.
          .orderBy(page.sortBy === 'name' ? 'group_name' : 'created_at', page.order)
          .orderBy('version', page.order)
          .orderBy('arn', page.order)
          .limit(page.limit)
          .offset(page.offset)
          .compile(),
      );
      return rows.map(packageOf);
    },
  };
}

/** By name, or by ARN. */
export const findModelPackage = (database: Database, at: Scope, nameOrArn: string) =>
  modelPackageStore(database).find(modelPackageArn(at, nameOrArn));
