import type { ServiceModule } from '../service-module.ts';
import { cloudwatch } from './migrations/0007-cloudwatch.ts';
import { cloudWatchService } from './service.ts';

export const cloudWatch: ServiceModule = {
  name: 'cloudwatch',
  migrations: [cloudwatch],
  start: ({ database }) => ({ service: cloudWatchService({ database }) }),
};
