import type { Migration } from '../migration.ts';

export const cloudwatch: Migration = { name: '0007-cloudwatch', statements: [] };
