/** The constraints of AWS's models on inputs, from the data that scripts/extract-constraints.ts wrote. Loaded at a service's first call. */
import { readFileSync } from 'node:fs';
import type { ServiceName } from './catalog.ts';

/** The constraints of a shape, and by name those of the shapes that it contains; a shape without any is not in the data. */
export interface Constraint {
  /** botocore's: structure, list, map, string, blob, integer, … */
  readonly type: string;
  readonly members?: Readonly<Record<string, string>>;
  readonly required?: readonly string[];
  readonly item?: string;
  readonly key?: string;
  readonly value?: string;
  /** Length of texts, bytes and collections; value of numbers. */
  readonly min?: number;
  readonly max?: number;
  /** As AWS prints it. */
  readonly pattern?: string;
  readonly enum?: readonly string[];
  /** Its value must not be repeated in messages. */
  readonly sensitive?: boolean;
}

export interface ServiceConstraints {
  /** The input's shape by operation. */
  readonly operations: Record<string, string>;
  readonly shapes: Record<string, Constraint>;
}

const loaded = new Map<ServiceName, ServiceConstraints>();

export function constraintsOf(service: ServiceName): ServiceConstraints {
  let constraints = loaded.get(service);
  if (constraints === undefined) {
    const file = new URL(`./constraints/${service}.json`, import.meta.url);
    constraints = JSON.parse(readFileSync(file, 'utf8')) as ServiceConstraints;
    loaded.set(service, constraints);
  }
  return constraints;
}
