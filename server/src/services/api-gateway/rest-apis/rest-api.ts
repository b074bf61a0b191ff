/** A REST API as it is kept: one document with its resources, methods and integrations (docs/decisions/0041-a-rest-api-is-one-document.md). */
import type { EndpointConfiguration, Method, RestApi } from '@aws-sdk/client-api-gateway';
import type { Call } from '../../../contract/call.ts';
import { Conflict } from '../../../storage/database.ts';
import type { ApiGatewayDeps } from '../deps.ts';
import { conflict, noSuchApi } from '../refusals.ts';
import type { RestApiRow } from '../tables.ts';
import { findRestApi, updateRestApi } from './rest-api-store.ts';

export interface StoredResource {
  /** Both are absent for the root. */
  readonly parentId?: string;
  readonly pathPart?: string;
  readonly methods: Record<string, Method>;
}

export interface RestApiDocument {
  name: string;
  description?: string | undefined;
  version?: string | undefined;
  binaryMediaTypes?: string[] | undefined;
  disableExecuteApiEndpoint: boolean;
  endpointConfiguration: EndpointConfiguration;
  tags?: Record<string, string> | undefined;
  readonly rootResourceId: string;
  readonly resources: Record<string, StoredResource>;
}

export const readApi = (text: string) => JSON.parse(text) as RestApiDocument;

export async function getApiRow(deps: ApiGatewayDeps, call: Call, id: string): Promise<RestApiRow> {
  const row = await findRestApi(deps.database, call.account, call.region, id);
  if (!row) throw noSuchApi(call, id);
  return row;
}

export async function getApi(deps: ApiGatewayDeps, call: Call, id: string): Promise<RestApiDocument> {
  return readApi((await getApiRow(deps, call, id)).document);
}

const attempts = 10;

/** Changes the document in place. `change` runs again where another call has changed the API meanwhile. */
export async function changeApi<T>(
  deps: ApiGatewayDeps,
  call: Call,
  id: string,
  change: (api: RestApiDocument, row: RestApiRow) => T,
): Promise<T> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const row = await getApiRow(deps, call, id);
    const api = readApi(row.document);
    const result = change(api, row);
    try {
      await deps.database.write([updateRestApi(row, JSON.stringify(api))]);
      return result;
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
    }
  }
  throw conflict(call, 'Unable to complete operation due to concurrent modification. Please try again later.');
}

export function toRestApi(api: RestApiDocument, row: RestApiRow): RestApi {
  const { resources: _, ...shown } = api;
  return { id: row.id, createdDate: new Date(row.created_at), apiKeySource: 'HEADER', ...shown };
}
