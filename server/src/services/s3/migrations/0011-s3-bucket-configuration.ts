/** What buckets are set to, a row per bucket and kind. Buckets that were there before get what S3 gives to every new one. */
import type { Migration } from '../../../storage/migration.ts';

const publicAccessBlock = JSON.stringify({
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
});
const ownershipControls = JSON.stringify({ Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] });

const fill = (kind: string, document: string) =>
  `insert into s3_bucket_configuration (bucket, kind, document) select name, '${kind}', '${document}' from s3_buckets`;

export const s3BucketConfiguration: Migration = {
  name: '0011-s3-bucket-configuration',
  statements: [
    `create table s3_bucket_configuration (
      bucket text not null,
      kind text not null,
      document text not null,
      primary key (bucket, kind)
    ) without rowid`,
    fill('publicAccessBlock', publicAccessBlock),
    fill('ownershipControls', ownershipControls),
  ],
};
