/** What a table and its indexes must be, in AWS's words and order (observed; recorded in dynalite's test-suite). */
import type { CreateTableInput, KeySchemaElement } from '@aws-sdk/client-dynamodb';
import { invalid, invalidParameter } from '../invalid.ts';

const maxUnits = 1_000_000_000_000;
const maxLocals = 5;
const maxGlobals = 20;
/** Of all indexes together. */
const maxNonKeyAttributes = 100;

export function checkTable(input: CreateTableInput): void {
  checkBilling(input);
  const { KeySchema: keySchema = [], AttributeDefinitions: definitions = [] } = input;
  const defined = definitions.map(({ AttributeName }) => AttributeName ?? '');
  if (keySchema.length > defined.length)
    throw invalid('Invalid KeySchema: Some index key attribute have no definition');
  checkDefined(keySchema, defined);
  checkKeySchema(keySchema);
  const hasIndexes = input.LocalSecondaryIndexes !== undefined || input.GlobalSecondaryIndexes !== undefined;
  if (!hasIndexes && keySchema.length !== defined.length)
    throw invalidParameter(
      'Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions',
    );
  const names = new Set<string>();
  checkLocals(input, defined, names);
  checkGlobals(input, defined, names);
  if (hasIndexes) checkAllUsed(input, defined);
}

function checkBilling({ BillingMode: mode, ProvisionedThroughput: throughput }: CreateTableInput): void {
  if (mode === 'PAY_PER_REQUEST') {
    if (throughput)
      throw invalidParameter(
        'Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST',
      );
    return;
  }
  if (!throughput?.ReadCapacityUnits || !throughput.WriteCapacityUnits)
    throw invalidParameter(
      'ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED',
    );
  checkUnits(throughput);
}

export function checkUnits(throughput: {
  ReadCapacityUnits?: number | undefined;
  WriteCapacityUnits?: number | undefined;
}): void {
  for (const member of ['ReadCapacityUnits', 'WriteCapacityUnits'] as const)
    if ((throughput[member] ?? 0) > maxUnits)
      throw invalid(`Given value ${throughput[member]} for ${member} is out of bounds`);
}

type Schema = readonly KeySchemaElement[];
const namesOf = (schema: Schema) => schema.map(({ AttributeName }) => AttributeName ?? '');

export function checkDefined(schema: Schema, defined: readonly string[]): void {
  const names = namesOf(schema);
  if (names.every((name) => defined.includes(name))) return;
  throw invalidParameter(
    `Some index key attributes are not defined in AttributeDefinitions. Keys: [${names.join(', ')}], AttributeDefinitions: [${defined.join(', ')}]`,
  );
}

export function checkKeySchema([first, second]: Schema): void {
  if (second && first?.AttributeName === second.AttributeName)
    throw invalid('Both the Hash Key and the Range Key element in the KeySchema have the same name');
  if (first?.KeyType !== 'HASH') throw invalid('Invalid KeySchema: The first KeySchemaElement is not a HASH key type');
  if (second && second.KeyType !== 'RANGE')
    throw invalid('Invalid KeySchema: The second KeySchemaElement is not a RANGE key type');
}

interface GivenIndex {
  readonly IndexName?: string | undefined;
  readonly KeySchema?: KeySchemaElement[] | undefined;
  readonly Projection?: { ProjectionType?: string | undefined; NonKeyAttributes?: string[] | undefined } | undefined;
}

export function checkProjection({ Projection: projection }: GivenIndex): void {
  const type = projection?.ProjectionType;
  if (type === undefined) throw invalidParameter('Unknown ProjectionType: null');
  if (projection?.NonKeyAttributes && type !== 'INCLUDE')
    throw invalidParameter(`ProjectionType is ${type}, but NonKeyAttributes is specified`);
  if (type === 'INCLUDE' && !projection?.NonKeyAttributes)
    throw invalidParameter(`ProjectionType is ${type}, but NonKeyAttributes is not specified`);
}

function claim(name: string | undefined, names: Set<string>): void {
  if (names.has(name ?? '')) throw invalidParameter(`Duplicate index name: ${name}`);
  names.add(name ?? '');
}

function checkLocals(
  { LocalSecondaryIndexes: indexes, KeySchema: tableSchema = [] }: CreateTableInput,
  defined: readonly string[],
  names: Set<string>,
): void {
  if (indexes === undefined) return;
  if (indexes.length === 0) throw invalidParameter('List of LocalSecondaryIndexes is empty');
  if (tableSchema.length !== 2)
    throw invalidParameter(
      'Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex',
    );
  const tableHash = tableSchema[0]?.AttributeName;
  for (const index of indexes) {
    const schema = index.KeySchema ?? [];
    checkDefined(schema, defined);
    checkKeySchema(schema);
    if (schema.length !== 2)
      throw invalidParameter(`Index KeySchema does not have a range key for index: ${index.IndexName}`);
    const hash = schema[0]?.AttributeName;
    if (hash !== tableHash)
      throw invalidParameter(
        `Index KeySchema does not have the same leading hash key as table KeySchema for index: ${index.IndexName}. index hash key: ${hash}, table hash key: ${tableHash}`,
      );
    checkProjection(index);
    claim(index.IndexName, names);
  }
  if (indexes.length > maxLocals)
    throw invalidParameter('Number of LocalSecondaryIndexes exceeds per-table limit of 5');
}

function checkGlobals(
  { GlobalSecondaryIndexes: indexes, BillingMode: mode }: CreateTableInput,
  defined: readonly string[],
  names: Set<string>,
): void {
  if (indexes === undefined) return;
  if (indexes.length === 0) throw invalidParameter('List of GlobalSecondaryIndexes is empty');
  for (const index of indexes) {
    const schema = index.KeySchema ?? [];
    checkDefined(schema, defined);
    checkKeySchema(schema);
    checkProjection(index);
    if (mode === 'PAY_PER_REQUEST' && index.ProvisionedThroughput)
      throw invalidParameter(
        `ProvisionedThroughput should not be specified for index: ${index.IndexName} when BillingMode is PAY_PER_REQUEST`,
      );
    claim(index.IndexName, names);
  }
  if (indexes.length > maxGlobals)
    throw invalidParameter('GlobalSecondaryIndex count exceeds the per-table limit of 20');
}

function checkAllUsed(input: CreateTableInput, defined: readonly string[]): void {
  const all: GivenIndex[] = [...(input.LocalSecondaryIndexes ?? []), ...(input.GlobalSecondaryIndexes ?? [])];
  const used = new Set([input.KeySchema ?? [], ...all.map(({ KeySchema: schema = [] }) => schema)].flatMap(namesOf));
  if (defined.some((name) => !used.has(name)))
    throw invalidParameter(
      `Some AttributeDefinitions are not used. AttributeDefinitions: [${defined.join(', ')}], keys used: [${[...used].join(', ')}]`,
    );
  const count = all.reduce((sum, { Projection: projection }) => sum + (projection?.NonKeyAttributes?.length ?? 0), 0);
  if (count > maxNonKeyAttributes)
    throw invalidParameter(
      `Number of projected attributes in all indexes exceeds the limit of ${maxNonKeyAttributes}. Total attributes projected: ${count}`,
    );
}
