/** Every migration. Those of one service are in its folder, in their order; no service depends on the tables of another. */
import { outbox } from './engine/migrations/0001-outbox.ts';
import { outboxDeadLetters } from './engine/migrations/0017-outbox-dead-letters.ts';
import { audit } from './services/cloudtrail/migrations/0012-audit.ts';
import { cloudwatch } from './services/cloudwatch/migrations/0007-cloudwatch.ts';
import { cloudwatchLogs } from './services/cloudwatch-logs/migrations/0008-cloudwatch-logs.ts';
import { dynamoDb } from './services/dynamodb/migrations/0018-dynamodb.ts';
import { iamMigrations } from './services/iam/migrations/all.ts';
import { s3Migrations } from './services/s3/migrations/all.ts';
import { sagemakerMigrations } from './services/sagemaker/migrations/all.ts';
import type { Migration } from './storage/migration.ts';

export const migrations: readonly Migration[] = [
  outbox,
  outboxDeadLetters,
  ...iamMigrations,
  ...s3Migrations,
  ...sagemakerMigrations,
  cloudwatch,
  cloudwatchLogs,
  audit,
  dynamoDb,
];
