import type { Migration } from '../migration.ts';

export const sagemakerRegistry: Migration = { name: '0005-sagemaker-registry', statements: [] };
