/** Small services in the SDK's own schema format, for the corners that real services leave out. */
import { catalog, type ProtocolName } from '../../server/src/models/catalog.ts';
import { modelOf, type ServiceModel } from '../../server/src/models/service-model.ts';

export type Schema = unknown;
export type Traits = Record<string, unknown>;
/** A member: its schema, or its schema with traits. */
export type Members = Record<string, Schema | readonly [Schema, Traits]>;

const namespace = 'com.example';

export const text = 0;
export const number = 1;
export const flag = 2;
export const instant = 4;
export const dateTime = 5;
export const httpDate = 6;
export const epochSeconds = 7;
export const anything = 15;
export const bigInteger = 17;
export const bigDecimal = 19;
export const blob = 21;
export const streamedBlob = 42;

export function list(item: Schema, traits: Traits | 0 = 0): Schema {
  return [1, namespace, 'AList', traits, item];
}
export function map(value: Schema, traits: Traits | 0 = 0, key: Schema = text): Schema {
  return [2, namespace, 'AMap', traits, key, value];
}
export function structure(name: string, members: Members, traits: Traits | 0 = 0, required = 0): Schema {
  return [3, namespace, name, traits, Object.keys(members), Object.values(members), required];
}
export function union(name: string, members: Members): Schema {
  return [4, namespace, name, 0, Object.keys(members), Object.values(members)];
}
/** A simple shape with traits of its own. */
export function simple(schema: Schema, traits: Traits): Schema {
  return [0, namespace, 'Simple', traits, schema];
}

export interface SyntheticOperation {
  readonly input?: Schema;
  readonly output?: Schema;
  readonly http?: readonly [method: string, uri: string, status: number];
}

interface SyntheticError {
  readonly name: string;
  readonly traits: Traits;
  readonly members: Members;
}

export function syntheticModel(
  protocol: ProtocolName,
  operations: Record<string, SyntheticOperation>,
  errors: readonly SyntheticError[] = [],
): ServiceModel {
  const module: Record<string, unknown> = {};
  for (const [name, { input = 'unit', output = 'unit', http }] of Object.entries(operations)) {
    module[`${name}$`] = [9, namespace, name, http ? { http } : 0, () => input, () => output];
  }
  for (const { name, traits, members } of errors) {
    module[`${name}$`] = [-3, namespace, name, traits, Object.keys(members), Object.values(members)];
  }
  const base = protocol === 'rest-xml' ? catalog.s3 : catalog.sagemaker;
  const entry = { ...base, protocols: [protocol], target: 'Example', version: '2020-01-08' };
  return modelOf('sagemaker', { ...entry, xmlNamespace: 'https://example.com/' }, module);
}
