/** S3's migrations, in their order. */
import type { Migration } from '../../../storage/migration.ts';
import { s3 } from './0003-s3.ts';
import { s3Versions } from './0009-s3-versions.ts';
import { s3BucketConfiguration } from './0011-s3-bucket-configuration.ts';
import { s3Changes } from './0024-s3-changes.ts';

export const s3Migrations: readonly Migration[] = [s3, s3Versions, s3BucketConfiguration, s3Changes];
