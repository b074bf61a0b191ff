import type { ServiceModule } from '../service-module.ts';
import { apiGatewayTables } from './migrations/0026-api-gateway.ts';
import { apiGatewayService } from './service.ts';

export const apiGateway: ServiceModule = {
  name: 'api-gateway',
  migrations: [apiGatewayTables],
  start: (platform) => ({ service: apiGatewayService(platform) }),
};
