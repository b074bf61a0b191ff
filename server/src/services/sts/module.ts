import type { ServiceModule } from '../service-module.ts';
import { stsService } from './service.ts';

export const sts: ServiceModule = {
  name: 'sts',
  start: ({ provided }) => ({ service: stsService({ sessions: provided.sessions }) }),
};
