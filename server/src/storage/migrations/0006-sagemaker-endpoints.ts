import type { Migration } from '../migration.ts';

export const sagemakerEndpoints: Migration = { name: '0006-sagemaker-endpoints', statements: [] };
