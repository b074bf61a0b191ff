/** A service's model as the server uses it: operations by name with their schemas, taken from the SDK module at the service's first call. */
import type { NormalizedSchema } from '@smithy/core/schema';
import type { CatalogEntry, ServiceName } from './catalog.ts';

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
  /** The member whose blob is streamed in, where there is one: the gateway then does not gather the body. */
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
  /** By code. */
  readonly errors: ReadonlyMap<string, ErrorModel>;
}
