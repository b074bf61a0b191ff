import type { ServiceModule } from '../service-module.ts';
import { sagemakerMigrations } from './migrations.ts';
import { sagemakerService } from './service.ts';
import { sagemakerSettings } from './settings.ts';
import { imageTable } from './shared/images.ts';
import { readImages } from './shared/images-file.ts';
import { registerRuns } from './shared/runs.ts';

export const sagemaker: ServiceModule<typeof sagemakerSettings> = {
  name: 'sagemaker',
  migrations: sagemakerMigrations,
  settings: sagemakerSettings,
  async start(platform, settings) {
    const { database, runs, provided, containerRefusal, sandbox, runtime } = platform;
    const configuredImages = settings.imagesFile ? await readImages(settings.imagesFile) : [];
    registerRuns(runs, database);
    for (const topic of ['sagemaker-jobs', 'sagemaker-endpoints']) platform.changes.onChange(topic, runs.forgetAll);
    return sagemakerService({
      ...platform,
      images: imageTable(configuredImages, containerRefusal),
      roleEnvironment: provided.credentials.environment,
      running: runs,
      settings: { ...settings, ...runtime, sandbox },
    });
  },
};
