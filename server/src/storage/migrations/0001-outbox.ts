import type { Migration } from '../migration.ts';

export const outbox: Migration = { name: '0001-outbox', statements: [] };
