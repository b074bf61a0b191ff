import type { Migration } from '../../../storage/migration.ts';
import { reportChanges } from '../../../storage/postgres/change-topics.ts';

/** Everything that buckets/bucket-cache.ts keeps in memory. Writes about objects set a bucket's name to itself, to require that it exists. */
export const s3Changes: Migration = {
  name: '0024-s3-changes',
  statements: reportChanges('s3-buckets', [
    { table: 's3_buckets', except: 'name' },
    { table: 's3_bucket_configuration' },
  ]),
};
