import type { Migration } from '../migration.ts';

export const s3: Migration = { name: '0003-s3', statements: [] };
