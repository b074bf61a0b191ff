/** Finds the resource and method of a path: fixed parts before variables before greedy variables. */
import type { Method } from '@aws-sdk/client-api-gateway';
import { pathOf } from '../resources/resource.ts';
import type { RestApiDocument } from '../rest-apis/rest-api.ts';

interface Node {
  readonly id: string;
  readonly fixed: Map<string, Node>;
  variable?: { readonly name: string; readonly greedy: boolean; readonly node: Node };
}

export interface Found {
  readonly resourceId: string;
  readonly resourcePath: string;
  readonly method: Method;
  /** As in the request: percent-encoding is kept. */
  readonly pathParameters: Readonly<Record<string, string>>;
}

export type Router = (httpMethod: string, path: string) => Found | undefined;

export function createRouter(api: RestApiDocument): Router {
  const root = treeOf(api);
  return (httpMethod, path) => {
    const parts = path.split('/').slice(1);
    // A slash at the end does not matter.
    if (parts.at(-1) === '') parts.pop();
    const parameters: Record<string, string> = {};
    const node = find(root, parts, parameters, ({ id }) => methodOf(api, id, httpMethod) !== undefined);
    const method = node && methodOf(api, node.id, httpMethod);
    if (!node || !method) return undefined;
    return { resourceId: node.id, resourcePath: pathOf(api, node.id), method, pathParameters: parameters };
  };
}

function methodOf(api: RestApiDocument, id: string, httpMethod: string): Method | undefined {
  const methods = api.resources[id]?.methods ?? {};
  return (Object.hasOwn(methods, httpMethod) ? methods[httpMethod] : undefined) ?? methods.ANY;
}

function treeOf({ resources, rootResourceId }: RestApiDocument): Node {
  const nodes = new Map(Object.keys(resources).map((id) => [id, { id, fixed: new Map() } as Node]));
  for (const [id, { parentId, pathPart = '' }] of Object.entries(resources)) {
    const node = nodes.get(id);
    const parent = parentId === undefined ? undefined : nodes.get(parentId);
    if (!node || !parent) continue;
    const variable = /^\{(.+?)(\+?)\}$/.exec(pathPart);
    if (variable) parent.variable = { name: variable[1] ?? '', greedy: variable[2] === '+', node };
    else parent.fixed.set(pathPart, node);
  }
  return nodes.get(rootResourceId) ?? { id: rootResourceId, fixed: new Map() };
}

type Accepts = (node: Node) => boolean;

function find(node: Node, parts: readonly string[], into: Record<string, string>, accepts: Accepts): Node | undefined {
  const [part, ...rest] = parts;
  if (part === undefined) return accepts(node) ? node : undefined;
  const fixed = node.fixed.get(part);
  const found = fixed && find(fixed, rest, into, accepts);
  if (found || !node.variable || part === '') return found;
  const { name, greedy, node: child } = node.variable;
  const below = greedy ? accepts(child) && child : find(child, rest, into, accepts);
  if (!below) return undefined;
  into[name] = greedy ? parts.join('/') : part;
  return below;
}
