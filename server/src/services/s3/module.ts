import { hkdfSync } from 'node:crypto';
import type { ServiceModule } from '../service-module.ts';
import { s3Migrations } from './migrations/all.ts';
import { s3Service } from './service.ts';
import { s3Settings } from './settings.ts';

export const s3: ServiceModule<typeof s3Settings> = {
  name: 's3',
  migrations: s3Migrations,
  settings: s3Settings,
  start({ database, blobs, outbox, aws, background, changes, clock, log, platformKey }, settings) {
    const objectSecret = new Uint8Array(hkdfSync('sha256', platformKey, '', 'clary/s3-objects', 32));
    return s3Service({ database, blobs, outbox, aws, background, changes, clock, log, settings, objectSecret });
  },
};
