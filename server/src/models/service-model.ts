/** A service's model as the server uses it: operations by name with their schemas, taken from the SDK module at the service's first call. */
import { NormalizedSchema } from '@smithy/core/schema';
import type { CatalogEntry, ServiceName } from './catalog.ts';
import { catalog } from './catalog.ts';
import { structureOf } from './shape.ts';

export interface HttpBinding {
  readonly method: string;
  /** The modelled URI, e.g. `/endpoints/{EndpointName}/invocations` or `/{Key+}?x-id=PutObject`. */
  readonly uri: string;
  readonly status: number;
}

export interface OperationModel {
  readonly name: string;
  readonly http: HttpBinding | undefined;
  readonly input: NormalizedSchema;
  readonly output: NormalizedSchema;
  /** The member that is a streamed blob, if there is one: the gateway then does not gather the body. */
  readonly streamingInput: string | undefined;
  readonly streamingOutput: string | undefined;
}

export interface ErrorModel {
  readonly name: string;
  /** The code on the wire (awsQueryError), else the name. */
  readonly code: string;
  readonly status: number;
  readonly schema: NormalizedSchema;
}

export interface ServiceModel {
  readonly name: ServiceName;
  readonly entry: CatalogEntry;
  readonly operations: ReadonlyMap<string, OperationModel>;
  /** By code, and by name where that differs. */
  readonly errors: ReadonlyMap<string, ErrorModel>;
}

const loaded = new Map<ServiceName, Promise<ServiceModel>>();

/** Loads at the first call; a failed load is retried at the next. */
export function loadServiceModel(name: ServiceName): Promise<ServiceModel> {
  let model = loaded.get(name);
  if (model === undefined) {
    const entry: CatalogEntry = catalog[name];
    model = entry.load().then((module) => modelOf(name, entry, module));
    loaded.set(name, model);
    model.catch(() => loaded.delete(name));
  }
  return model;
}

/** The static schemas of @smithy/types: [9, namespace, name, traits, input, output] and [-3, namespace, name, traits, …]. */
type StaticSchema = readonly [number, string, string, unknown, unknown, unknown];

/** A model from what an SDK module exports: operations and errors are the values whose name ends in `$`. */
export function modelOf(name: ServiceName, entry: CatalogEntry, module: object): ServiceModel {
  const operations = new Map<string, OperationModel>();
  const errors: ErrorModel[] = [];
  for (const [key, value] of Object.entries(module)) {
    if (!key.endsWith('$') || !Array.isArray(value)) continue;
    const schema = value as unknown as StaticSchema;
    if (schema[0] === 9) operations.set(schema[2], new LazyOperation(schema));
    else if (schema[0] === -3 && !schema[1].startsWith('smithy.ts.sdk.synthetic')) errors.push(errorOf(schema));
  }
  return { name, entry, operations, errors: indexErrors(errors) };
}

/** Reads its schemas at the operation's first call: a service has hundreds of operations, and few are called. */
class LazyOperation implements OperationModel {
  readonly name: string;
  readonly http: HttpBinding | undefined;
  #schema: StaticSchema;
  #schemas: Pick<OperationModel, 'input' | 'output' | 'streamingInput' | 'streamingOutput'> | undefined;

  constructor(schema: StaticSchema) {
    const traits = schema[3] as { http?: [string, string, number] } | number;
    const http = typeof traits === 'object' ? traits.http : undefined;
    this.name = schema[2];
    this.http = http && { method: http[0], uri: http[1], status: http[2] };
    this.#schema = schema;
  }

  get #known() {
    if (this.#schemas === undefined) {
      const input = NormalizedSchema.of(this.#schema[4] as never);
      const output = NormalizedSchema.of(this.#schema[5] as never);
      const streams = { streamingInput: streamingMember(input), streamingOutput: streamingMember(output) };
      this.#schemas = { input, output, ...streams };
    }
    return this.#schemas;
  }

  get input() {
    return this.#known.input;
  }
  get output() {
    return this.#known.output;
  }
  get streamingInput() {
    return this.#known.streamingInput;
  }
  get streamingOutput() {
    return this.#known.streamingOutput;
  }
}

function streamingMember(schema: NormalizedSchema): string | undefined {
  return structureOf(schema).members.find((member) => member.streaming && member.shape.kind === 'blob')?.name;
}

function errorOf(schema: StaticSchema): ErrorModel {
  const traits = schema[3] as { httpError?: number; error?: string; awsQueryError?: [string, number] };
  return {
    name: schema[2],
    code: traits.awsQueryError?.[0] ?? schema[2],
    status: traits.httpError ?? unstatedStatus(schema[2], traits.error),
    schema: NormalizedSchema.of(schema as never),
  };
}

/** S3 models the error of its HEAD calls without the status that it has. */
function unstatedStatus(name: string, fault: string | undefined): number {
  if (name === 'NotFound') return 404;
  return fault === 'server' ? 500 : 400;
}

/** By code and by name, so that a service may throw either. If two share a code, the one with that name has priority. */
function indexErrors(errors: readonly ErrorModel[]): Map<string, ErrorModel> {
  const index = new Map(errors.map((error) => [error.name, error]));
  for (const error of errors) if (!index.has(error.code)) index.set(error.code, error);
  return index;
}
