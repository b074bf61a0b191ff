/** A stage: a deployment under a name, with variables. */
import type { Stage } from '@aws-sdk/client-api-gateway';
import type { Call } from '../../../contract/call.ts';
import { Conflict } from '../../../storage/database.ts';
import { requireDeployment } from '../deployments/deployment-store.ts';
import type { ApiGatewayDeps } from '../deps.ts';
import { badRequest, conflict, noSuchStage } from '../refusals.ts';
import { getApiRow } from '../rest-apis/rest-api.ts';
import type { DeploymentRow, StageRow } from '../tables.ts';
import { findStage, updateStage } from './stage-store.ts';

export interface StageDocument {
  deploymentId: string;
  description?: string | undefined;
  variables?: Record<string, string> | undefined;
  tags?: Record<string, string> | undefined;
}

export const readStage = ({
  document,
  deployment_id,
}: Pick<StageRow, 'document' | 'deployment_id'>): StageDocument => ({
  ...(JSON.parse(document) as StageDocument),
  deploymentId: deployment_id,
});

export function toStage(row: StageRow): Stage {
  return {
    stageName: row.name,
    ...readStage(row),
    cacheClusterEnabled: false,
    cacheClusterStatus: 'NOT_AVAILABLE',
    methodSettings: {},
    tracingEnabled: false,
    createdDate: new Date(row.created_at),
    lastUpdatedDate: new Date(row.updated_at),
  };
}

export function newStage(
  { api_id, id }: Pick<DeploymentRow, 'api_id' | 'id'>,
  name: string,
  given: Omit<StageDocument, 'deploymentId'>,
  { now }: Call,
): StageRow {
  const time = now.getTime();
  const document = JSON.stringify({ ...given, deploymentId: id });
  return { api_id, name, deployment_id: id, created_at: time, updated_at: time, version: 1, document };
}

export function checkStageName(name: string, call: Call): void {
  if (!/^[\w-]{1,128}$/.test(name)) throw badRequest(call, 'Stage name only allows a-zA-Z0-9_-');
}

export function checkVariables(variables: Readonly<Record<string, string>> = {}, call: Call): void {
  for (const [name, value] of Object.entries(variables)) {
    if (!/^\w+$/.test(name)) {
      throw badRequest(call, 'Stage variable names must only contain alphanumeric characters and underscores');
    }
    if (!/^[A-Za-z0-9\-._~:/?#&=,]*$/.test(value)) {
      throw badRequest(call, 'Stage variable values must match the regular expression [A-Za-z0-9-._~:/?#&=,]+');
    }
  }
}

export async function getStageRow(deps: ApiGatewayDeps, call: Call, apiId: string, name: string): Promise<StageRow> {
  const { id } = await getApiRow(deps, call, apiId);
  const row = await findStage(deps.database, id, name);
  if (!row) throw noSuchStage(call);
  return row;
}

interface StageReference {
  readonly restApiId: string;
  readonly stageName: string;
}

const attempts = 10;

/** Changes the document in place. `change` runs again where another call has changed the stage meanwhile. The deployment must exist. */
export async function changeStage(
  deps: ApiGatewayDeps,
  call: Call,
  { restApiId, stageName }: StageReference,
  change: (stage: StageDocument) => void,
): Promise<StageRow> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const row = await getStageRow(deps, call, restApiId, stageName);
    const stage = readStage(row);
    change(stage);
    const changed = {
      deployment_id: stage.deploymentId,
      updated_at: call.now.getTime(),
      document: JSON.stringify(stage),
    };
    try {
      await deps.database.write([requireDeployment(row.api_id, stage.deploymentId), updateStage(row, changed)]);
      return { ...row, ...changed };
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      if (error.index === 0) throw badRequest(call, 'Deployment id does not exist');
    }
  }
  throw conflict(call, 'Unable to complete operation due to concurrent modification. Please try again later.');
}
