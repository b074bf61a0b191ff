/** Mappings of request and response parameters: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-parameter-mapping.html */

type Place = 'path' | 'querystring' | 'header';

export type Source =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'parameter'; readonly place: Place; readonly name: string };

export interface Mapping {
  readonly place: Place;
  readonly name: string;
  readonly from: Source;
}

const fixedText = (source: string): Source | undefined =>
  /^'.*'$/s.test(source) ? { kind: 'text', text: source.slice(1, -1) } : undefined;

/** Undefined for what is not supported: bodies, context and stage variables, lists of values. */
export function parseRequestMapping(target: string, source: string): Mapping | undefined {
  const to = /^integration\.request\.(path|querystring|header)\.(.+)$/.exec(target);
  const from = /^method\.request\.(path|querystring|header)\.(.+)$/.exec(source);
  const read = from
    ? ({ kind: 'parameter', place: from[1] as Place, name: from[2] ?? '' } as const)
    : fixedText(source);
  if (!to || !read) return undefined;
  return { place: to[1] as Place, name: to[2] ?? '', from: read };
}

/** The same for a response, which has headers only. */
export function parseResponseMapping(target: string, source: string): Mapping | undefined {
  const to = /^method\.response\.header\.(.+)$/.exec(target);
  const from = /^integration\.response\.header\.(.+)$/.exec(source);
  const read = from ? ({ kind: 'parameter', place: 'header', name: from[1] ?? '' } as const) : fixedText(source);
  if (!to || !read) return undefined;
  return { place: 'header', name: to[1] ?? '', from: read };
}
