/**
 * Finds the operation of a method, path and query by the models' URIs: a tree of path segments, then literal queries. Where several operations
 * share a URI (PutObject, CopyObject, UploadPart), the one whose required headers and query parameters are present is chosen.
 */
import type { OperationModel, ServiceModel } from '../models/service-model.ts';
import { structureOf } from '../models/shape.ts';
import { splitQuery } from './query-string.ts';

interface RouteRequest {
  readonly method: string;
  /** Percent-encoded, with a leading slash. */
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface Route {
  readonly operation: OperationModel;
  readonly labels: readonly { name: string; index: number; greedy: boolean }[];
  readonly literals: readonly (readonly [string, string])[];
  readonly hint: string | undefined;
  discriminators: { queries: string[]; headers: string[] };
  weight: number;
}

interface Node {
  readonly literals: Map<string, Node>;
  label?: Node;
  readonly ends: Route[];
  readonly greedy: Route[];
}

export interface Router {
  find(request: RouteRequest): OperationModel | undefined;
  /** The values of the operation's labels, percent-encoded as received. */
  labels(operation: OperationModel, path: string): Record<string, string>;
}

/** The SDKs' name for the operation in the query; servers do not need it. */
const hintName = 'x-id';

export function createRouter(model: ServiceModel): Router {
  const methods = new Map<string, Node>();
  const routes = new Map<string, Route>();
  for (const operation of model.operations.values()) {
    if (operation.http === undefined) continue;
    const { segments, literals, hint } = parseUri(operation);
    const labels = segments.flatMap((segment, index) => {
      const name = labelName(segment);
      return name === undefined ? [] : [{ name, index, greedy: segment.endsWith('+}') }];
    });
    const route: Route = { operation, labels, literals, hint, discriminators: { queries: [], headers: [] }, weight: 0 };
    routes.set(operation.name, route);
    const root = methods.get(operation.http.method) ?? emptyNode();
    methods.set(operation.http.method, root);
    insert(root, segments, route);
  }
  for (const root of methods.values()) order(root);
  return {
    find: (request) => find(methods.get(request.method), request),
    labels: (operation, path) => readLabels(routes.get(operation.name), path),
  };
}

function emptyNode(): Node {
  return { literals: new Map(), ends: [], greedy: [] };
}

function labelName(segment: string): string | undefined {
  return /^\{(.+?)\+?\}$/.exec(segment)?.[1];
}

function parseUri(operation: OperationModel) {
  const [path = '/', query = ''] = (operation.http?.uri ?? '/').split('?', 2);
  const inPath = path.split('/').filter((segment) => segment !== '');
  // S3's URIs leave out the bucket, which its endpoint rules add in front: labels that are missing in the URI come first.
  const inUri = new Set(inPath.map(labelName));
  const missing = structureOf(operation.input).members.filter((member) => member.http.label && !inUri.has(member.name));
  const segments = [...missing.map((member) => `{${member.name}}`), ...inPath];
  const all = splitQuery(query);
  const literals = all.filter(([name]) => name !== hintName);
  return { segments, literals, hint: all.find(([name]) => name === hintName)?.[1] };
}

function insert(root: Node, segments: readonly string[], route: Route): void {
  let node = root;
  for (const segment of segments) {
    const name = labelName(segment);
    if (name !== undefined && segment.endsWith('+}')) {
      node.greedy.push(route);
      return;
    }
    if (name !== undefined) {
      node.label ??= emptyNode();
      node = node.label;
    } else {
      const next = node.literals.get(segment) ?? emptyNode();
      node.literals.set(segment, next);
      node = next;
    }
  }
  node.ends.push(route);
}

/** The most specific first: more literals, then more required parameters among routes with the same literals. */
function order(node: Node): void {
  for (const routes of [node.ends, node.greedy]) {
    const groups = Map.groupBy(routes, (route) => JSON.stringify(route.literals));
    for (const group of groups.values()) if (group.length > 1) for (const route of group) discriminate(route);
    for (const route of routes) route.weight = weigh(route);
    routes.sort((a, b) => b.weight - a.weight);
  }
  for (const child of node.literals.values()) order(child);
  if (node.label) order(node.label);
}

function discriminate(route: Route): void {
  const required = structureOf(route.operation.input).members.filter((member) => member.required);
  route.discriminators = {
    queries: required.flatMap((member) => member.http.query ?? []),
    headers: required.flatMap((member) => member.http.header ?? []),
  };
}

function weigh({ literals, discriminators }: Route): number {
  return literals.length * 100 + discriminators.queries.length + discriminators.headers.length;
}

function find(root: Node | undefined, request: RouteRequest): OperationModel | undefined {
  if (root === undefined) return undefined;
  const segments = request.path.slice(1).split('/');
  if (segments.at(-1) === '') segments.pop();
  const trailingSlash = request.path.endsWith('/');
  const query = request.query === '' ? none : new Map(splitQuery(request.query));
  return match(root, segments, 0, trailingSlash, (routes) => pick(routes, query, request.headers))?.operation;
}

const none: ReadonlyMap<string, string> = new Map();

function match(
  node: Node,
  segments: readonly string[],
  at: number,
  trailingSlash: boolean,
  choose: (routes: readonly Route[]) => Route | undefined,
): Route | undefined {
  const segment = segments[at];
  // A key may begin with a slash or be one: `/bucket//` is the key `/`.
  if (segment === undefined) return node.ends.length > 0 ? choose(node.ends) : undefined;
  const literal = node.literals.get(segment);
  const byLiteral = literal && match(literal, segments, at + 1, trailingSlash, choose);
  if (byLiteral) return byLiteral;
  const byLabel = segment !== '' && node.label && match(node.label, segments, at + 1, trailingSlash, choose);
  if (byLabel) return byLabel;
  return node.greedy.length > 0 ? choose(node.greedy) : undefined;
}

function pick(
  routes: readonly Route[],
  query: ReadonlyMap<string, string>,
  headers: Readonly<Record<string, string>>,
): Route | undefined {
  let found: Route | undefined;
  for (const route of routes) {
    if (found && route.weight < found.weight) break;
    if (!fits(route, query, headers)) continue;
    if (route.hint !== undefined && route.hint === query.get(hintName)) return route;
    found ??= route;
  }
  return found;
}

function fits(
  { literals, discriminators }: Route,
  query: ReadonlyMap<string, string>,
  headers: Readonly<Record<string, string>>,
): boolean {
  for (const [name, value] of literals) {
    const given = query.get(name);
    if (given === undefined || (value !== '' && given !== value)) return false;
  }
  for (const name of discriminators.queries) if (!query.has(name)) return false;
  for (const name of discriminators.headers) if (headers[name] === undefined) return false;
  return true;
}

function readLabels(route: Route | undefined, path: string): Record<string, string> {
  const values: Record<string, string> = {};
  if (route === undefined || route.labels.length === 0) return values;
  const segments = path.slice(1).split('/');
  for (const { name, index, greedy } of route.labels) {
    values[name] = greedy ? segments.slice(index).join('/') : (segments[index] ?? '');
  }
  return values;
}
