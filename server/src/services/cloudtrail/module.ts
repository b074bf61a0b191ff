import type { ServiceModule } from '../service-module.ts';
import { audit } from './migrations/0012-audit.ts';
import { cloudTrailService } from './service.ts';
import { cloudTrailSettings } from './settings.ts';

export const cloudTrail: ServiceModule<typeof cloudTrailSettings> = {
  name: 'cloudtrail',
  migrations: [audit],
  settings: cloudTrailSettings,
  async start({ database, background, schedules, clock, log }, settings) {
    const started = await cloudTrailService({ database, background, schedules, clock, log, settings });
    return { service: started.service, provides: { audit: started.audit }, stop: started.stop };
  },
};
