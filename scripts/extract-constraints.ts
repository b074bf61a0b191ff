/**
 * `node scripts/extract-constraints.ts [botocore's data folder]`: writes server/src/models/constraints/<service>.json, what AWS's models demand of inputs
 * (patterns, lengths, ranges, enums, required members) and the SDK's schemas leave out. Without a folder it fetches a pinned botocore with pip.
 * Keeps only what an operation's input reaches, and of that only what demands something.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { catalog, type ServiceName } from '../server/src/models/catalog.ts';
import type { Constraint, ServiceConstraints } from '../server/src/models/constraints.ts';
import { compilePattern } from '../server/src/models/patterns.ts';
import { loadServiceModel, type ServiceModel } from '../server/src/models/service-model.ts';
import { structureOf } from '../server/src/models/shape.ts';
import { isSlow } from './slow-patterns.ts';

const botocore = 'botocore==1.44.5';

/**
 * Shapes whose values AWS leaves out of its messages although its model does not call them sensitive. Observed on AWS: moto's tests that were
 * verified there (CloudWatch Logs), LocalStack's snapshot of 2025-03 (IAM). Most other messages contain the value.
 */
const untold: Partial<Record<ServiceName, readonly string[]>> = {
  'cloudwatch-logs': ['LogGroupIdentifier'],
  iam: ['serviceSpecificCredentialId'],
};

/**
 * Shapes that AWS checks otherwise than its model says. DynamoDB, observed (dynalite's test-suite): the order of enums' values, limits that only the
 * documentation has; a TableArn has become the table's name by then.
 */
const corrected: Partial<Record<ServiceName, Record<string, Partial<BotocoreShape>>>> = {
  dynamodb: {
    TableArn: { min: 3, max: 255, pattern: '[a-zA-Z0-9_.-]+' },
    ReturnValue: { enum: ['ALL_NEW', 'UPDATED_OLD', 'ALL_OLD', 'NONE', 'UPDATED_NEW'] },
    ConditionalOperator: { enum: ['OR', 'AND'] },
    ComparisonOperator: {
      enum: 'IN NULL BETWEEN LT NOT_CONTAINS EQ GT NOT_NULL NE LE BEGINS_WITH GE CONTAINS'.split(' '),
    },
    Select: { enum: ['SPECIFIC_ATTRIBUTES', 'COUNT', 'ALL_ATTRIBUTES', 'ALL_PROJECTED_ATTRIBUTES'] },
    ProjectionType: { enum: ['ALL', 'INCLUDE', 'KEYS_ONLY'] },
    ScalarAttributeType: { enum: ['B', 'N', 'S'] },
    KeySchema: { max: 2 },
    CreateTableInput: { required: ['AttributeDefinitions', 'TableName', 'KeySchema'] },
    // The operations themselves refuse what is missing.
    ListTagsOfResourceInput: { required: [] },
    TagResourceInput: { required: [] },
    UntagResourceInput: { required: [] },
    ResourceArnString: { min: 0 },
    UpdateGlobalSecondaryIndexAction: { required: ['IndexName', 'ProvisionedThroughput'] },
    CreateGlobalSecondaryIndexAction: { required: ['IndexName', 'KeySchema', 'Projection'] },
    AttributeNameList: { max: 255 },
  },
};

interface BotocoreShape {
  type: string;
  members?: Record<string, { shape: string }>;
  required?: string[];
  member?: { shape: string };
  key?: { shape: string };
  value?: { shape: string };
  min?: number;
  max?: number;
  pattern?: string;
  enum?: string[];
  sensitive?: boolean;
}

interface BotocoreModel {
  operations: Record<string, { input?: { shape: string } }>;
  shapes: Record<string, BotocoreShape>;
}

/** By the SDK's namespace: the members whose numbers are not integers (server/src/models/number-types.ts). */
const numberTypes: Record<string, { fractional: string[]; long: string[] }> = {};

const given = process.argv[2];
const temporary = given === undefined ? mkdtempSync(join(tmpdir(), 'botocore-')) : undefined;
try {
  const data = given ?? fetchBotocore(temporary ?? '');
  for (const [name, entry] of Object.entries(catalog))
    await extract(name as ServiceName, readModel(data, entry.botocore));
  writeFileSync(
    join(import.meta.dirname, '../server/src/models/number-types.json'),
    `${JSON.stringify(numberTypes, null, 1)}\n`,
  );
} finally {
  if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
}

function fetchBotocore(folder: string): string {
  const pip = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary', ':all:', '--dest', folder, botocore];
  execFileSync('python3', pip, { stdio: ['ignore', 'ignore', 'inherit'] });
  const wheel = readdirSync(folder).find((file) => file.endsWith('.whl')) ?? '';
  execFileSync('python3', ['-m', 'zipfile', '-e', join(folder, wheel), folder]);
  return join(folder, 'botocore', 'data');
}

function readModel(data: string, service: string): BotocoreModel {
  const version = readdirSync(join(data, service)).sort().at(-1) ?? '';
  const file = join(data, service, version, 'service-2.json');
  const text = existsSync(file) ? readFileSync(file) : gunzipSync(readFileSync(`${file}.gz`));
  return JSON.parse(text.toString('utf8'));
}

async function extract(name: ServiceName, botocoreModel: BotocoreModel): Promise<void> {
  const model = await loadServiceModel(name);
  for (const [shape, correction] of Object.entries(corrected[name] ?? {}))
    Object.assign(botocoreModel.shapes[shape] ?? {}, correction);
  numberTypes[namespaceOf(model)] = {
    fractional: membersOfTypes(botocoreModel, ['float', 'double']),
    long: membersOfTypes(botocoreModel, ['long']),
  };
  const constraints: ServiceConstraints = { operations: {}, shapes: {} };
  const demanding = findDemanding(botocoreModel);
  for (const operation of model.operations.values()) {
    const input = botocoreModel.operations[operation.name]?.input?.shape;
    if (input === undefined || !demanding.has(input)) continue;
    compareMembers(`${name}:${operation.name}`, structureOf(operation.input).members, botocoreModel.shapes[input]);
    constraints.operations[operation.name] = input;
    keep(botocoreModel, demanding, input, constraints);
  }
  const missing = [...model.operations.keys()].filter((operation) => !(operation in botocoreModel.operations));
  if (missing.length > 0) console.warn(`${name}: botocore does not know ${missing.join(', ')}`);
  for (const shape of untold[name] ?? []) {
    const constraint = constraints.shapes[shape];
    if (constraint) constraints.shapes[shape] = { ...constraint, sensitive: true };
  }
  const file = join(import.meta.dirname, `../server/src/models/constraints/${name}.json`);
  const shapes = Object.entries(constraints.shapes).sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = shapes.map(([shape, constraint]) => `${JSON.stringify(shape)}:${JSON.stringify(constraint)}`);
  writeFileSync(
    file,
    `{"operations":${JSON.stringify(constraints.operations)},\n"shapes":{\n${lines.join(',\n')}\n}}\n`,
  );
}

function namespaceOf({ operations }: ServiceModel): string {
  const [operation] = operations.values();
  const schema = operation?.input.getSchema();
  return Array.isArray(schema) ? String(schema[1]) : '';
}

/** `Structure.member` of all members that are of these types, or hold them in lists and maps. */
function membersOfTypes({ shapes }: BotocoreModel, types: readonly string[]): string[] {
  const leafOf = (name: string): string => {
    const shape = shapes[name];
    const inner = shape?.member ?? (shape?.type === 'map' ? shape.value : undefined);
    return inner ? leafOf(inner.shape) : (shape?.type ?? '');
  };
  return Object.entries(shapes).flatMap(([name, { members }]) =>
    Object.entries(members ?? {}).flatMap(([member, { shape }]) =>
      types.includes(leafOf(shape)) ? [`${name}.${member}`] : [],
    ),
  );
}

/** The SDK's names are the law on the wire; a member that only botocore has could never be checked. */
function compareMembers(where: string, members: readonly { name: string }[], shape: BotocoreShape | undefined): void {
  const known = new Set(members.map(({ name }) => name));
  const strange = (shape?.required ?? []).filter((name) => !known.has(name));
  if (strange.length > 0) console.warn(`${where}: the SDK does not know the required ${strange.join(', ')}`);
}

/** The shapes that demand something themselves or through what they hold. */
function findDemanding({ shapes }: BotocoreModel): Set<string> {
  const demanding = new Set(Object.keys(shapes).filter((name) => demandsItself(shapes[name])));
  for (let before = -1; before !== demanding.size; ) {
    before = demanding.size;
    for (const [name, shape] of Object.entries(shapes)) {
      if (held(shape).some((child) => demanding.has(child))) demanding.add(name);
    }
  }
  return demanding;
}

function demandsItself(shape: BotocoreShape | undefined): boolean {
  if (shape === undefined) return false;
  const { min, max, pattern, required } = shape;
  return (
    min !== undefined ||
    max !== undefined ||
    pattern !== undefined ||
    shape.enum !== undefined ||
    (required ?? []).length > 0
  );
}

function held(shape: BotocoreShape): string[] {
  const members = Object.values(shape.members ?? {}).map((member) => member.shape);
  return [...members, ...[shape.member, shape.key, shape.value].flatMap((child) => child?.shape ?? [])];
}

function keep({ shapes }: BotocoreModel, demanding: ReadonlySet<string>, name: string, into: ServiceConstraints): void {
  const shape = shapes[name];
  if (shape === undefined || name in into.shapes || !demanding.has(name)) return;
  into.shapes[name] = constraintOf(name, shape, demanding);
  for (const child of held(shape)) keep({ shapes, operations: {} }, demanding, child, into);
}

function constraintOf(name: string, shape: BotocoreShape, demanding: ReadonlySet<string>): Constraint {
  const reference = (child: { shape: string } | undefined) =>
    child && demanding.has(child.shape) ? child.shape : undefined;
  const members = Object.entries(shape.members ?? {}).filter(([, member]) => demanding.has(member.shape));
  const constraint: Constraint = {
    type: shape.type,
    ...(members.length > 0 && { members: Object.fromEntries(members.map(([key, member]) => [key, member.shape])) }),
    ...(shape.required?.length && { required: shape.required }),
    item: reference(shape.member),
    key: reference(shape.key),
    value: reference(shape.value),
    min: shape.min,
    max: shape.max,
    enum: shape.enum,
    ...(shape.sensitive && { sensitive: true }),
  };
  if (shape.pattern === undefined) return constraint;
  const expression = compilePattern(shape.pattern);
  const why = expression === undefined ? 'cannot compile' : isSlow(expression, shape.max) && 'takes too long over';
  if (!why) return { ...constraint, pattern: shape.pattern };
  console.warn(`${name}: left out a pattern that JavaScript ${why} (see models/patterns.ts): ${shape.pattern}`);
  return constraint;
}
