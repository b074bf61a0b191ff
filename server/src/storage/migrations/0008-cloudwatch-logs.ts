import type { Migration } from '../migration.ts';

export const cloudwatchLogs: Migration = { name: '0008-cloudwatch-logs', statements: [] };
