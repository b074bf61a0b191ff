import type { Migration } from '../migration.ts';

export const sagemakerJobs: Migration = { name: '0004-sagemaker-jobs', statements: [] };
