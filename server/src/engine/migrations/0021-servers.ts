import type { Migration } from '../../storage/migration.ts';
import { serverTables } from '../../storage/postgres/change-topics.ts';

/** Several servers on one PostgreSQL database: the lease, and what they report to each other. */
export const servers: Migration = { name: '0021-servers', statements: serverTables };
