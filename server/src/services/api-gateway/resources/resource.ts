/** The resources of an API: a tree whose paths follow from the parts. */
import type { Resource } from '@aws-sdk/client-api-gateway';
import type { Call } from '../../../contract/call.ts';
import { noSuchResource } from '../refusals.ts';
import type { RestApiDocument, StoredResource } from '../rest-apis/rest-api.ts';

export function findResource(api: RestApiDocument, id: string, call: Call): StoredResource {
  const resource = Object.hasOwn(api.resources, id) ? api.resources[id] : undefined;
  if (!resource) throw noSuchResource(call);
  return resource;
}

export function pathOf(api: Pick<RestApiDocument, 'resources'>, id: string): string {
  const parts: string[] = [];
  let resource = api.resources[id];
  while (resource?.parentId !== undefined) {
    parts.unshift(resource.pathPart ?? '');
    resource = api.resources[resource.parentId];
  }
  return `/${parts.join('/')}`;
}

export const childrenOf = (api: RestApiDocument, id: string) =>
  Object.entries(api.resources).filter(([, { parentId }]) => parentId === id);

/** Methods are only named, unless they are embedded. */
export function toResource(api: RestApiDocument, id: string, embed: readonly string[] = []): Resource {
  const { parentId, pathPart, methods = {} } = api.resources[id] ?? {};
  const names = Object.keys(methods);
  const shown = embed.includes('methods') ? methods : Object.fromEntries(names.map((name) => [name, {}]));
  return { id, parentId, pathPart, path: pathOf(api, id), resourceMethods: names.length > 0 ? shown : undefined };
}
