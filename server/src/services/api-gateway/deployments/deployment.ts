/** A deployment: what an API was when it was deployed. */
import type { Deployment, MethodSnapshot } from '@aws-sdk/client-api-gateway';
import { pathOf } from '../resources/resource.ts';
import { readApi } from '../rest-apis/rest-api.ts';
import type { DeploymentRow } from '../tables.ts';
import type { DeploymentSummary } from './deployment-store.ts';

export const toDeployment = ({ id, created_at, description }: DeploymentSummary): Deployment => ({
  id,
  createdDate: new Date(created_at),
  description: description ?? undefined,
});

/** By path, then by method. */
export function summaryOf({ snapshot }: DeploymentRow): Record<string, Record<string, MethodSnapshot>> {
  const api = readApi(snapshot);
  const withMethods = Object.entries(api.resources).filter(([, { methods }]) => Object.keys(methods).length > 0);
  return Object.fromEntries(
    withMethods.map(([id, { methods }]) => [
      pathOf(api, id),
      Object.fromEntries(
        Object.entries(methods).map(([name, { authorizationType, apiKeyRequired }]) => [
          name,
          { authorizationType, apiKeyRequired },
        ]),
      ),
    ]),
  );
}
