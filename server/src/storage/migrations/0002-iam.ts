import type { Migration } from '../migration.ts';

export const iam: Migration = { name: '0002-iam', statements: [] };
