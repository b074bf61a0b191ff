/** There is one key per account and region under aws:kms, the one that AWS calls aws/s3. */
import { hash } from 'node:crypto';
import { formatArn } from '../../../../contract/arn.ts';
import type { BucketRow } from '../../tables.ts';

type KeyScope = Pick<BucketRow, 'account' | 'region'>;

export function managedKeyArn({ account, region }: KeyScope): string {
  const digest = hash('sha256', `aws/s3 ${account} ${region}`);
  const id = [
    digest.slice(0, 8),
    digest.slice(8, 12),
    digest.slice(12, 16),
    digest.slice(16, 20),
    digest.slice(20, 32),
  ];
  return formatArn('kms', region, account, `key/${id.join('-')}`);
}

/** Whether a KMSMasterKeyID names that key, in any of the forms that AWS takes. */
export function isManagedKey(name: string, scope: KeyScope): boolean {
  const arn = managedKeyArn(scope);
  const alias = formatArn('kms', scope.region, scope.account, 'alias/aws/s3');
  return [arn, arn.slice(arn.indexOf('/') + 1), 'alias/aws/s3', alias].includes(name);
}
