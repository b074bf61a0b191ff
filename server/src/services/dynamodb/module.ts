import type { ServiceModule } from '../service-module.ts';
import { dynamoDb as schema } from './migrations/0018-dynamodb.ts';
import { dynamoDbService } from './service.ts';
import { dynamoDbSettings } from './settings.ts';

export const dynamoDb: ServiceModule<typeof dynamoDbSettings> = {
  name: 'dynamodb',
  migrations: [schema],
  settings: dynamoDbSettings,
  start: ({ database, aws, background, changes, clock, log }, settings) =>
    dynamoDbService({ database, aws, background, changes, clock, log, settings }),
};
