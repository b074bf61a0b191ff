/** Versions of managed policies by their ids, `v1` and so on. Policies of AWS show one version here, under AWS's number. */
import type { PolicyVersion } from '@aws-sdk/client-iam';
import type { Call } from '../../../contract/call.ts';
import type { ManagedPolicy } from '../managed-policies.ts';
import type { PolicyRow, PolicyVersionRow } from '../tables.ts';

export const noSuchVersion = (call: Call, arn: string, versionId: string) =>
  call.error('NoSuchEntity', `Policy ${arn} version ${versionId} does not exist or is not attachable.`);

/** The model allows `v1.something` too, which no policy has; that is version 0 here. */
export function readVersionId(versionId: string): number {
  return /^v\d{1,9}$/.test(versionId) ? Number(versionId.slice(1)) : 0;
}

/** The one version of a policy of AWS, without its document. */
export const toAwsVersion = ({ versionId, updatedAt }: ManagedPolicy): PolicyVersion => ({
  VersionId: versionId,
  IsDefaultVersion: true,
  CreateDate: updatedAt,
});

/** Without its document: lists leave it out. */
export function toVersion(policy: PolicyRow, row: PolicyVersionRow): PolicyVersion {
  return {
    VersionId: `v${row.version}`,
    IsDefaultVersion: row.version === policy.default_version,
    CreateDate: new Date(row.created_at),
  };
}
