/** The form of the tables in cases/: one fact about a protocol each, as the published Smithy protocol tests state it. */
import type { ProtocolName } from '../../server/src/models/catalog.ts';
import type { Schema } from './synthetic.ts';

interface Case {
  readonly id: string;
  readonly http?: readonly [method: string, uri: string, status: number];
  readonly path?: string;
  readonly query?: string;
  readonly headers?: Record<string, string>;
  /** Text, or bytes as `hex:…`. */
  readonly body?: string;
}

/** What a request means. */
export interface RequestCase extends Case {
  readonly input: Schema;
  readonly means: unknown;
}

/** How an output is written. JSON bodies are compared as values, CBOR bodies decoded, all else as text. */
export interface ResponseCase extends Case {
  readonly output: Schema;
  readonly value: unknown;
  readonly status?: number;
}

/** What is refused. */
interface RefusalCase extends Case {
  readonly input: Schema;
  readonly code: string;
  readonly message?: string | RegExp;
}

export interface Cases {
  readonly protocol: ProtocolName;
  readonly requests: readonly RequestCase[];
  readonly responses: readonly ResponseCase[];
  readonly refusals: readonly RefusalCase[];
}
