import type { ServiceModule } from '../service-module.ts';
import { cloudwatchLogs } from './migrations/0008-cloudwatch-logs.ts';
import { cloudWatchLogsService } from './service.ts';

export const cloudWatchLogs: ServiceModule = {
  name: 'cloudwatch-logs',
  migrations: [cloudwatchLogs],
  start: ({ database }) => ({ service: cloudWatchLogsService({ database }) }),
};
