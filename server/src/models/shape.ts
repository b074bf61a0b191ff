/**
 * AWS's schemas compiled once into plain records for the readers and writers of wire/: no trait is interpreted while a request is served. Compiled
 * member by member at first use, so that recursive shapes end and a service of 400 operations costs nothing at load.
 */
import type { NormalizedSchema } from '@smithy/core/schema';
import { type WholeNumber, wholeNumberOf } from './number-types.ts';

type ScalarKind = 'string' | 'boolean' | 'number' | 'bigInteger' | 'bigDecimal' | 'blob' | 'timestamp';
export type TimestampFormat = 'date-time' | 'http-date' | 'epoch-seconds';

interface Scalar {
  readonly kind: ScalarKind;
  /** For numbers without fractions: their type. Only if the model is known (number-types.ts). */
  readonly whole?: WholeNumber | undefined;
}
export interface Structure {
  readonly kind: 'structure' | 'union';
  readonly name: string;
  /** The element's name where this is the root of an XML document. */
  readonly xmlName: string | undefined;
  readonly xmlNamespace: XmlNamespace | undefined;
  readonly members: readonly Member[];
  readonly byName: ReadonlyMap<string, Member>;
  readonly byJsonName: ReadonlyMap<string, Member>;
}
export interface List {
  readonly kind: 'list';
  readonly sparse: boolean;
  readonly item: Member;
}
export interface MapShape {
  readonly kind: 'map';
  readonly sparse: boolean;
  readonly key: Member;
  readonly value: Member;
}
export interface Opaque {
  readonly kind: 'document' | 'unit';
}
export type Shape = Scalar | Structure | List | MapShape | Opaque;

export interface XmlNamespace {
  readonly attribute: string;
  readonly uri: string;
}

/** A use of a shape: a structure's member, a list's item, a map's key or value. */
export interface Member {
  readonly name: string;
  readonly shape: Shape;
  /** The client must send it. */
  readonly required: boolean;
  /** If the model defines one; else the protocol's default is used. */
  readonly timestampFormat: TimestampFormat | undefined;
  readonly jsonName: string;
  readonly xmlName: string;
  readonly xmlNamed: boolean;
  readonly xmlFlattened: boolean;
  readonly xmlAttribute: boolean;
  readonly xmlNamespace: XmlNamespace | undefined;
  readonly mediaType: string | undefined;
  readonly streaming: boolean;
  /** Must not be shown in logs or records. */
  readonly sensitive: boolean;
  readonly idempotencyToken: boolean;
  readonly http: HttpMember;
}

/** The part of the HTTP message that contains the member; empty for the body. */
interface HttpMember {
  readonly label?: boolean;
  readonly header?: string;
  readonly prefixHeaders?: string;
  readonly query?: string;
  readonly queryParams?: boolean;
  readonly payload?: boolean;
  readonly responseCode?: boolean;
}

/** The traits of @smithy/types that are read here; flags have the value 1. */
interface Traits {
  httpLabel?: unknown;
  httpHeader?: string;
  httpPrefixHeaders?: string;
  httpQuery?: string;
  httpQueryParams?: unknown;
  httpPayload?: unknown;
  httpResponseCode?: unknown;
  idempotencyToken?: unknown;
  jsonName?: string;
  mediaType?: string;
  sensitive?: unknown;
  sparse?: unknown;
  streaming?: unknown;
  xmlAttribute?: unknown;
  xmlFlattened?: unknown;
  xmlName?: string;
  xmlNamespace?: [string | undefined, string];
}

const unit: Opaque = { kind: 'unit' };
const document: Opaque = { kind: 'document' };
const scalars = Object.fromEntries(
  ['string', 'boolean', 'number', 'bigInteger', 'bigDecimal', 'blob', 'timestamp'].map((kind) => [kind, { kind }]),
) as Record<ScalarKind, Scalar>;

const wholeNumbers = {
  Integer: { kind: 'number', whole: 'Integer' },
  Long: { kind: 'number', whole: 'Long' },
} as const satisfies Record<WholeNumber, Scalar>;

const compiled = new WeakMap<object, Shape>();

/** The compiled shape of a schema; the same object at each call. `whole`: the type of numbers in this use, also of those in a list or map. */
function shapeOf(schema: NormalizedSchema, whole?: WholeNumber): Shape {
  const scalar = scalarKind(schema);
  if (scalar === 'number' && whole !== undefined) return wholeNumbers[whole];
  if (scalar !== undefined) return scalars[scalar];
  if (schema.isUnitSchema()) return unit;
  if (schema.isDocumentSchema()) return document;
  const raw = schema.getSchema();
  if (typeof raw !== 'object' || raw === null) return compile(schema, whole);
  let shape = compiled.get(raw);
  if (shape === undefined) {
    shape = compile(schema, whole);
    compiled.set(raw, shape);
  }
  return shape;
}

/** The structure of an operation's input or output; a unit schema is a structure without members. */
export function structureOf(schema: NormalizedSchema): Structure {
  const shape = shapeOf(schema);
  return shape.kind === 'structure' || shape.kind === 'union' ? shape : nothing;
}

const nothing: Structure = {
  kind: 'structure',
  name: 'Unit',
  xmlName: undefined,
  xmlNamespace: undefined,
  members: [],
  byName: new Map(),
  byJsonName: new Map(),
};

function scalarKind(schema: NormalizedSchema): ScalarKind | undefined {
  if (schema.isStringSchema()) return 'string';
  if (schema.isBooleanSchema()) return 'boolean';
  if (schema.isNumericSchema()) return 'number';
  if (schema.isBlobSchema()) return 'blob';
  if (schema.isTimestampSchema()) return 'timestamp';
  if (schema.isBigIntegerSchema()) return 'bigInteger';
  if (schema.isBigDecimalSchema()) return 'bigDecimal';
  return undefined;
}

function compile(schema: NormalizedSchema, whole: WholeNumber | undefined): Shape {
  if (schema.isListSchema()) return new CompiledList(schema, whole);
  if (schema.isMapSchema()) return new CompiledMap(schema, whole);
  if (schema.isStructSchema()) return new CompiledStructure(schema);
  throw new Error(`a schema of an unknown kind: ${schema.getName(true)}`);
}

/** The three classes below compile their members at first use, which ends recursion. */
class CompiledStructure implements Structure {
  readonly kind: 'structure' | 'union';
  readonly name: string;
  readonly xmlName: string | undefined;
  readonly xmlNamespace: XmlNamespace | undefined;
  #schema: NormalizedSchema;
  #members: Member[] | undefined;
  #byName: Map<string, Member> | undefined;
  #byJsonName: Map<string, Member> | undefined;

  constructor(schema: NormalizedSchema) {
    const own = schema.getOwnTraits() as Traits;
    this.kind = schema.isUnionSchema() ? 'union' : 'structure';
    this.name = schema.getName() ?? '';
    this.xmlName = own.xmlName;
    this.xmlNamespace = xmlNamespace(own);
    this.#schema = schema;
  }

  get members(): readonly Member[] {
    if (this.#members === undefined) {
      const raw = this.#schema.getSchema() as unknown as readonly unknown[];
      const required = typeof raw[6] === 'number' ? raw[6] : 0;
      this.#members = [];
      for (const [name, member] of this.#schema.structIterator()) {
        const whole = wholeNumberOf(String(raw[1]), `${this.name}.${name}`);
        this.#members.push(memberOf(name, member, this.#members.length < required, whole));
      }
    }
    return this.#members;
  }

  get byName(): ReadonlyMap<string, Member> {
    this.#byName ??= new Map(this.members.map((member) => [member.name, member]));
    return this.#byName;
  }

  get byJsonName(): ReadonlyMap<string, Member> {
    this.#byJsonName ??= new Map(this.members.map((member) => [member.jsonName, member]));
    return this.#byJsonName;
  }
}

class CompiledList implements List {
  readonly kind = 'list';
  readonly sparse: boolean;
  #schema: NormalizedSchema;
  #whole: WholeNumber | undefined;
  #item: Member | undefined;

  constructor(schema: NormalizedSchema, whole: WholeNumber | undefined) {
    this.sparse = isSparse(schema);
    this.#schema = schema;
    this.#whole = whole;
  }

  get item(): Member {
    this.#item ??= memberOf('member', this.#schema.getValueSchema(), false, this.#whole);
    return this.#item;
  }
}

class CompiledMap implements MapShape {
  readonly kind = 'map';
  readonly sparse: boolean;
  #schema: NormalizedSchema;
  #whole: WholeNumber | undefined;
  #key: Member | undefined;
  #value: Member | undefined;

  constructor(schema: NormalizedSchema, whole: WholeNumber | undefined) {
    this.sparse = isSparse(schema);
    this.#schema = schema;
    this.#whole = whole;
  }

  get key(): Member {
    this.#key ??= memberOf('key', this.#schema.getKeySchema(), false);
    return this.#key;
  }

  get value(): Member {
    this.#value ??= memberOf('value', this.#schema.getValueSchema(), false, this.#whole);
    return this.#value;
  }
}

function isSparse(schema: NormalizedSchema): boolean {
  return Boolean((schema.getMergedTraits() as Traits).sparse);
}

function memberOf(name: string, schema: NormalizedSchema, required: boolean, whole?: WholeNumber): Member {
  const traits = schema.getMergedTraits() as Traits;
  const xmlName = (schema.getMemberTraits() as Traits).xmlName;
  return {
    name,
    shape: shapeOf(schema, whole),
    required,
    timestampFormat: timestampFormat(schema),
    jsonName: traits.jsonName ?? name,
    xmlName: xmlName ?? name,
    xmlNamed: xmlName !== undefined,
    xmlFlattened: Boolean(traits.xmlFlattened),
    xmlAttribute: Boolean(traits.xmlAttribute),
    xmlNamespace: xmlNamespace(traits),
    mediaType: traits.mediaType,
    streaming: schema.isStreaming(),
    sensitive: Boolean(traits.sensitive),
    idempotencyToken: Boolean(traits.idempotencyToken),
    http: httpMember(traits),
  };
}

function timestampFormat(schema: NormalizedSchema): TimestampFormat | undefined {
  const raw = schema.getSchema();
  if (raw === 5) return 'date-time';
  if (raw === 6) return 'http-date';
  if (raw === 7) return 'epoch-seconds';
  return undefined;
}

function xmlNamespace(traits: Traits): XmlNamespace | undefined {
  if (traits.xmlNamespace === undefined) return undefined;
  const [prefix, uri] = traits.xmlNamespace;
  return { attribute: prefix ? `xmlns:${prefix}` : 'xmlns', uri };
}

const inBody: HttpMember = {};

function httpMember(traits: Traits): HttpMember {
  if (traits.httpLabel) return { label: true };
  if (traits.httpHeader !== undefined) return { header: traits.httpHeader.toLowerCase() };
  if (traits.httpPrefixHeaders !== undefined) return { prefixHeaders: traits.httpPrefixHeaders.toLowerCase() };
  if (traits.httpQuery !== undefined) return { query: traits.httpQuery };
  if (traits.httpQueryParams) return { queryParams: true };
  if (traits.httpPayload) return { payload: true };
  if (traits.httpResponseCode) return { responseCode: true };
  return inBody;
}
