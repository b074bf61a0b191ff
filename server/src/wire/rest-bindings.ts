/**
 * The members that the REST protocols put into labels, headers, query and status, determined once per operation.
 * Source: https://smithy.io/2.0/spec/http-bindings.html
 */
import { Readable } from 'node:stream';
import type { OperationModel } from '../models/service-model.ts';
import { type Member, type Structure, structureOf } from '../models/shape.ts';
import { type JsonObject, setKey } from './json-values.ts';
import { Malformed } from './malformed.ts';
import type { WireRequest } from './protocol.ts';
import { percentDecode, splitQuery } from './query-string.ts';
import type { Router } from './rest-router.ts';
import { asBytes, isWholeText, readText, writeText } from './text-values.ts';
import { parseTimestamp } from './timestamps.ts';

export interface Bindings {
  readonly structure: Structure;
  readonly labels: readonly Member[];
  readonly headers: readonly (readonly [string, Member])[];
  readonly prefixHeaders: readonly (readonly [string, Member])[];
  readonly queries: ReadonlyMap<string, Member>;
  readonly queryParams: Member | undefined;
  readonly payload: Member | undefined;
  readonly responseCode: Member | undefined;
  /** Members in the document. */
  readonly body: readonly Member[];
}

const known = new WeakMap<Structure, Bindings>();

export function bindingsOf(structure: Structure): Bindings {
  let bindings = known.get(structure);
  if (bindings === undefined) {
    bindings = bind(structure);
    known.set(structure, bindings);
  }
  return bindings;
}

function bind(structure: Structure): Bindings {
  const { members } = structure;
  return {
    structure,
    labels: members.filter(({ http }) => http.label),
    headers: members.flatMap((member) => (member.http.header === undefined ? [] : [[member.http.header, member]])),
    prefixHeaders: members.flatMap((member) =>
      member.http.prefixHeaders === undefined ? [] : [[member.http.prefixHeaders, member]],
    ),
    queries: new Map(
      members.flatMap((member) => (member.http.query === undefined ? [] : [[member.http.query, member]])),
    ),
    queryParams: members.find(({ http }) => http.queryParams),
    payload: members.find(({ http }) => http.payload),
    responseCode: members.find(({ http }) => http.responseCode),
    body: members.filter(({ http }) => Object.keys(http).length === 0),
  };
}

/** The members outside of the body. `wholeNumbers`: for S3, which has no other numbers there and a message of its own for them. */
export function readBindings(
  operation: OperationModel,
  router: Router,
  request: WireRequest,
  wholeNumbers = false,
): JsonObject {
  const bindings = bindingsOf(structureOf(operation.input));
  const result: JsonObject = {};
  if (bindings.labels.length > 0) {
    const values = router.labels(operation, request.path);
    for (const member of bindings.labels) {
      const value = values[member.name];
      if (value !== undefined)
        result[member.name] = readText(member, value.includes('%') ? percentDecode(value) : value);
    }
  }
  for (const [header, member] of bindings.headers) {
    const value = request.headers[header];
    if (value === undefined) continue;
    const isIgnored = member.shape.kind === 'timestamp' && dateConditions.test(header) && !isDate(value);
    if (!isIgnored) result[member.name] = readHeader(member, value);
  }
  for (const [prefix, member] of bindings.prefixHeaders) readPrefixHeaders(prefix, member, request.headers, result);
  if (request.query !== '') readQueries(bindings, request.query, result, wholeNumbers);
  return result;
}

/** A condition whose date cannot be read is ignored: RFC 9110, sections 13.1.3 and 13.1.4. */
const dateConditions = /(?:^|-)if-(?:un)?modified-since$/;
const isDate = (text: string) => parseTimestamp(text.trim()) !== undefined;

function readHeader(member: Member, text: string): unknown {
  const { shape } = member;
  if (shape.kind === 'list') {
    const parts = shape.item.shape.kind === 'timestamp' ? splitDates(shape.item, text) : splitHeader(text);
    return parts.map((part) => readText(shape.item, part));
  }
  if (shape.kind === 'string' && member.mediaType !== undefined) return Buffer.from(text, 'base64').toString('utf8');
  return readText(member, text);
}

/** An HTTP date contains a comma. */
function splitDates(item: Member, text: string): string[] {
  const parts = text.split(',').map((part) => part.trim());
  if ((item.timestampFormat ?? 'http-date') !== 'http-date') return parts;
  return parts.flatMap((part, index) => (index % 2 === 0 ? [`${part}, ${parts[index + 1] ?? ''}`] : []));
}

/** Comma-separated, with quoted items in which `"` and `\` are escaped. */
function splitHeader(text: string): string[] {
  const items: string[] = [];
  for (const match of text.matchAll(/\s*("((?:[^"\\]|\\.)*)"|[^,]*)\s*(?:,|$)/g)) {
    if (match[0] === '' && match.index === text.length && !text.endsWith(',')) break;
    items.push(match[2] === undefined ? (match[1] ?? '').trim() : match[2].replace(/\\(.)/g, '$1'));
  }
  return items;
}

function readPrefixHeaders(
  prefix: string,
  member: Member,
  headers: Readonly<Record<string, string>>,
  into: JsonObject,
) {
  if (member.shape.kind !== 'map') return;
  const values: JsonObject = {};
  for (const name of Object.keys(headers)) {
    if (name.startsWith(prefix)) setKey(values, name.slice(prefix.length), headers[name]);
  }
  if (Object.keys(values).length > 0) into[member.name] = values;
}

function readQueries({ queries, queryParams }: Bindings, text: string, into: JsonObject, wholeNumbers: boolean): void {
  if (queries.size === 0 && queryParams === undefined) return;
  const rest: JsonObject = {};
  for (const [name, value] of splitQuery(text)) {
    const member = queries.get(name);
    if (member?.shape.kind === 'number' && wholeNumbers && !isWholeText(value, member.shape.whole ?? 'Integer')) {
      throw new Malformed(`Provided ${name} not an integer or within integer range`);
    }
    if (member !== undefined) readQuery(member, value, into);
    else if (queryParams?.shape.kind === 'map') readQueryParam(queryParams.shape.value, name, value, rest);
  }
  if (queryParams !== undefined && Object.keys(rest).length > 0) into[queryParams.name] = rest;
}

function readQuery(member: Member, value: string, into: JsonObject): void {
  const { shape } = member;
  if (shape.kind !== 'list') {
    into[member.name] = readText(member, value);
    return;
  }
  into[member.name] ??= [];
  (into[member.name] as unknown[]).push(readText(shape.item, value));
}

function readQueryParam(item: Member, name: string, value: string, into: JsonObject): void {
  if (item.shape.kind !== 'list') {
    setKey(into, name, value);
    return;
  }
  const items = Object.hasOwn(into, name) ? (into[name] as string[]) : [];
  items.push(value);
  setKey(into, name, items);
}

/** Whether a payload is bytes or text instead of a document. */
export function isRaw({ shape: { kind } }: Member): boolean {
  return kind === 'blob' || kind === 'string';
}

/** A streamed payload becomes a stream, even if it was gathered. */
export function readRawPayload(member: Member, body: Uint8Array | Readable): unknown {
  if (member.streaming) return body instanceof Uint8Array ? Readable.from(body.length > 0 ? [body] : []) : body;
  if (!(body instanceof Uint8Array)) throw new TypeError('only a streamed payload may come as a stream');
  return member.shape.kind === 'blob' ? body : Buffer.from(body).toString('utf8');
}

/** Adds a default content type where the model binds none. */
export function writeRawPayload(member: Member, value: unknown, headers: Record<string, string>) {
  const isText = member.shape.kind === 'string';
  headers['content-type'] ??= member.mediaType ?? (isText ? 'text/plain' : 'application/octet-stream');
  if (isText) return String(value);
  return value instanceof Readable ? value : asBytes(value);
}

export function writeHeaders(bindings: Bindings, output: JsonObject): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, member] of bindings.headers) {
    const value = output[member.name];
    if (value != null) headers[name] = safeHeader(writeHeader(member, value));
  }
  for (const [prefix, member] of bindings.prefixHeaders) {
    const values = output[member.name] as Record<string, string> | undefined;
    for (const [name, value] of Object.entries(values ?? {})) {
      headers[(prefix + name).toLowerCase()] = safeHeader(String(value));
    }
  }
  return headers;
}

function writeHeader(member: Member, value: unknown): string {
  const { shape } = member;
  if (shape.kind === 'list') {
    const items = (value as unknown[]).filter((item) => item != null);
    return items.map((item) => quoteItem(shape.item, writeText(shape.item, item, 'http-date'))).join(', ');
  }
  if (shape.kind === 'string' && member.mediaType !== undefined) return asBytes(String(value)).toString('base64');
  return writeText(member, value, 'http-date');
}

/** A header consists of bytes: text beyond Latin-1 is sent as UTF-8, and a line break would end the header. */
function safeHeader(text: string): string {
  if (/^[\t\x20-\x7e\x80-\xff]*$/.test(text)) return text;
  const bytes = /[\u0100-\uffff]/.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text;
  return bytes.replace(/[^\t\x20-\x7e\x80-\xff]/g, ' ');
}

function quoteItem(item: Member, text: string): string {
  if (item.shape.kind !== 'string' || !/[",]/.test(text)) return text;
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

export function statusOf(operation: OperationModel, bindings: Bindings, output: JsonObject): number {
  const given = bindings.responseCode && output[bindings.responseCode.name];
  return typeof given === 'number' ? given : (operation.http?.status ?? 200);
}
