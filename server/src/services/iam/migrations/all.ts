/** IAM's migrations, in their order. */
import type { Migration } from '../../../storage/migration.ts';
import { iam } from './0002-iam.ts';
import { iamDepth } from './0010-iam-depth.ts';
import { iamChanges } from './0023-iam-changes.ts';

export const iamMigrations: readonly Migration[] = [iam, iamDepth, iamChanges];
