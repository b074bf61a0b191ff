import type { ServiceModule } from '../service-module.ts';
import { sageMakerRuntimeService } from './service.ts';
import { sageMakerRuntimeSettings } from './settings.ts';

export const sageMakerRuntime: ServiceModule<typeof sageMakerRuntimeSettings> = {
  name: 'sagemaker-runtime',
  settings: sageMakerRuntimeSettings,
  start: ({ routing, aws, clock, log }, settings) => sageMakerRuntimeService({ routing, aws, clock, log, settings }),
};
