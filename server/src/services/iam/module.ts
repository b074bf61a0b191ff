import type { ServiceModule } from '../service-module.ts';
import { createLastUsed } from './access-keys/last-used.ts';
import { containerCredentials } from './container-credentials.ts';
import { createIdentity } from './identity.ts';
import { iamMigrations } from './migrations/all.ts';
import { iamService } from './service.ts';

export const iam: ServiceModule = {
  name: 'iam',
  migrations: iamMigrations,
  start(platform) {
    const { database, clock, log, platformKey, account, region, administrator, endpoint } = platform;
    const { isRunning } = platform.runs;
    const lastUsed = createLastUsed(database, clock, log);
    const identity = lastUsed.watch(
      createIdentity({ database, platformKey, account, region, administrator, clock, log, isRunning }),
    );
    const { accessKeySealer, subjects, forget } = identity;
    platform.changes.onChange('iam', forget);
    return {
      service: iamService({ database, accessKeySealer, subjects, lastUsed, forget }),
      provides: {
        identity,
        sessions: identity,
        credentials: containerCredentials({ platformKey, identity, clock, endpoint, isRunning }),
      },
      stop: () => lastUsed.settled(),
    };
  },
};
