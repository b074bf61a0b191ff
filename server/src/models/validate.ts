/**
 * Whether an input satisfies AWS's model, reported in AWS's sentences. Observed, for example:
 * `Value '…' at 'vpcConfig.subnetIds' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 1024, …]`.
 * Never changes the input, and reads no stream.
 */
import { Readable } from 'node:stream';
import type { ProtocolName, ServiceName } from './catalog.ts';
import { type Constraint, constraintsOf, type ServiceConstraints } from './constraints.ts';
import { compilePattern, maxPatternLength } from './patterns.ts';
import type { OperationModel, ServiceModel } from './service-model.ts';
import { structureOf } from './shape.ts';

/** A constraint with its members resolved, made at its first use. */
interface Rule {
  readonly constraint: Constraint;
  readonly members: readonly (readonly [name: string, step: string, rule: Rule])[];
  readonly required: readonly (readonly [name: string, step: string])[];
  readonly item: Rule | undefined;
  readonly key: Rule | undefined;
  readonly value: Rule | undefined;
  readonly pattern: RegExp | undefined;
  readonly values: ReadonlySet<string> | undefined;
}

const rules = new WeakMap<Constraint, Rule>();
const required = new WeakMap<OperationModel, Rule>();

/** Bounds the message: a document with a hundred thousand invalid items must not cause as many sentences. */
const maxSentences = 1000;

/** One sentence per violation; none if the input is valid. */
export function violations(model: ServiceModel, operation: OperationModel, input: unknown): string[] {
  const found: string[] = [];
  check(ruleOf(model, operation), input, '', false, found);
  return found;
}

/** Whether a value satisfies the model of a shape: for services that report invalid documents with an error of their own (S3's MalformedXML). */
export function conforms(service: ServiceName, shape: string, value: object): boolean {
  const constraints = constraintsOf(service);
  const constraint = constraints.shapes[shape];
  const found: string[] = [];
  if (constraint !== undefined) check(resolve(constraints, constraint), value, '', false, found);
  return found.length === 0;
}

/** `1 validation error detected: …`, AWS's message for all of them. */
export function validationMessage(sentences: readonly string[]): string {
  const count = sentences.length === 1 ? '1 validation error' : `${sentences.length} validation errors`;
  return `${count} detected: ${sentences.join('; ')}`;
}

/** The error code with which a service reports violations. */
export function validationCode(model: ServiceModel, protocol: ProtocolName): string {
  const code = model.entry.traits?.validation?.code;
  if (code !== undefined) return code;
  if (protocol === 'query') return 'ValidationError';
  // SageMaker Runtime models ValidationError alone.
  if (model.errors.has('ValidationError') && !model.errors.has('ValidationException')) return 'ValidationError';
  return 'ValidationException';
}

function ruleOf(model: ServiceModel, operation: OperationModel): Rule {
  const constraints = model.entry.traits?.validation?.requiredMembersOnly ? undefined : constraintsOf(model.name);
  const constraint = constraints?.shapes[constraints.operations[operation.name] ?? ''];
  if (constraints !== undefined && constraint !== undefined) return resolve(constraints, constraint);
  let rule = required.get(operation);
  if (rule === undefined) {
    const names = structureOf(operation.input).members.filter((member) => member.required);
    rule = resolve({ operations: {}, shapes: {} }, { type: 'structure', required: names.map(({ name }) => name) });
    required.set(operation, rule);
  }
  return rule;
}

function resolve(constraints: ServiceConstraints, constraint: Constraint): Rule {
  const known = rules.get(constraint);
  if (known !== undefined) return known;
  const find = (name: string | undefined) => {
    const child = name === undefined ? undefined : constraints.shapes[name];
    return child && resolve(constraints, child);
  };
  const rule: { -readonly [K in keyof Rule]: Rule[K] } = {
    constraint,
    members: [],
    required: (constraint.required ?? []).map((name) => [name, stepOf(name)]),
    item: undefined,
    key: undefined,
    value: undefined,
    pattern: constraint.pattern === undefined ? undefined : compilePattern(constraint.pattern),
    values: constraint.enum && new Set(constraint.enum),
  };
  // Registered before its children, because shapes may contain themselves.
  rules.set(constraint, rule);
  rule.members = Object.entries(constraint.members ?? {}).flatMap(([name, shape]) => {
    const child = find(shape);
    return child ? [[name, stepOf(name), child] as const] : [];
  });
  rule.item = find(constraint.item);
  rule.key = find(constraint.key);
  rule.value = find(constraint.value);
  return rule;
}

/** `TrainingJobName` is `trainingJobName` in a path: the first letter alone changes (`sAMLOptions`). */
function stepOf(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

function check(rule: Rule, value: unknown, path: string, hidden: boolean, found: string[]): void {
  if (found.length >= maxSentences) return;
  const { constraint } = rule;
  const secret = hidden || constraint.sensitive === true;
  if (constraint.type === 'structure') checkStructure(rule, value as Record<string, unknown>, path, secret, found);
  else if (constraint.type === 'list') checkList(rule, value as unknown[], path, secret, found);
  else if (constraint.type === 'map') checkMap(rule, value as Record<string, unknown>, path, secret, found);
  else report(found, violationsOf(rule, value), value, path, secret);
}

function report(found: string[], violated: readonly string[], value: unknown, path: string, secret: boolean): void {
  if (violated.length === 0) return;
  const what = secret ? 'Value' : `Value '${clip(print(value))}'`;
  for (const sentence of violated) found.push(`${what} at '${path}' failed to satisfy constraint: ${sentence}`);
}

function checkStructure(
  rule: Rule,
  value: Record<string, unknown>,
  path: string,
  secret: boolean,
  found: string[],
): void {
  const prefix = path === '' ? '' : `${path}.`;
  for (const [name, step] of rule.required) {
    if (value[name] != null) continue;
    found.push(
      `Value ${secret ? '' : 'null '}at '${prefix}${step}' failed to satisfy constraint: Member must not be null`,
    );
  }
  for (const [name, step, child] of rule.members) {
    const item = value[name];
    if (item != null) check(child, item, prefix + step, secret, found);
  }
}

function checkList(rule: Rule, value: readonly unknown[], path: string, secret: boolean, found: string[]): void {
  const hidden = secret || rule.item?.constraint.sensitive === true;
  report(found, violationsOf(rule, value), value, path, hidden);
  checkItems(rule, value, path, secret, found);
}

function checkItems({ item }: Rule, value: readonly unknown[], path: string, secret: boolean, found: string[]): void {
  if (item === undefined) return;
  const hidden = secret || item.constraint.sensitive === true;
  if (isContainer(item)) {
    value.forEach((element, index) => {
      if (element != null) check(item, element, `${path}.${index + 1}.member`, secret, found);
    });
  } else if (value.some((element) => element != null && violationsOf(item, element).length > 0)) {
    report(found, [`Member must satisfy constraint: [${sentencesOf(item).join(', ')}]`], value, path, hidden);
  }
}

function checkMap(rule: Rule, value: Record<string, unknown>, path: string, secret: boolean, found: string[]): void {
  const { key, value: item } = rule;
  const hidden = secret || [key, item].some((child) => child?.constraint.sensitive);
  report(found, violationsOf(rule, value), value, path, hidden);
  if (key !== undefined && Object.keys(value).some((name) => violationsOf(key, name).length > 0)) {
    report(found, [`Map keys must satisfy constraint: [${sentencesOf(key).join(', ')}]`], value, path, hidden);
  }
  if (item === undefined) return;
  if (isContainer(item)) {
    // The lengths of lists in a map are reported of the map. Observed of DynamoDB.
    const isList = item.constraint.type === 'list';
    if (isList && Object.values(value).some((element) => element != null && violationsOf(item, element).length > 0))
      report(found, [`Map value must satisfy constraint: [${sentencesOf(item).join(', ')}]`], value, path, hidden);
    for (const [name, element] of Object.entries(value)) {
      if (element == null) continue;
      if (isList) checkItems(item, element as unknown[], `${path}.${name}.member`, secret, found);
      else check(item, element, `${path}.${name}.member`, secret, found);
    }
  } else if (Object.values(value).some((element) => element != null && violationsOf(item, element).length > 0)) {
    report(found, [`Map value must satisfy constraint: [${sentencesOf(item).join(', ')}]`], value, path, hidden);
  }
}

function isContainer({ constraint: { type } }: Rule): boolean {
  return type === 'structure' || type === 'list' || type === 'map';
}

/** The sentences of a rule's own constraints that a value violates. */
function violationsOf(rule: Rule, value: unknown): string[] {
  const { constraint, pattern, values } = rule;
  const { min, max } = constraint;
  const violated: string[] = [];
  const size = sizeOf(value);
  const tooLong = size !== undefined && max !== undefined && size > max;
  if (pattern && typeof value === 'string' && !tooLong && value.length <= maxPatternLength && !pattern.test(value)) {
    violated.push(patternSentence(constraint));
  }
  if (tooLong) violated.push(atMost(constraint));
  if (size !== undefined && min !== undefined && size < min) violated.push(atLeast(constraint));
  if (values && typeof value === 'string' && !values.has(value)) violated.push(enumSentence(constraint));
  return violated;
}

/** The sentences of all constraints of a rule, in AWS's order. */
function sentencesOf({ constraint }: Rule): string[] {
  return [
    ...(constraint.max === undefined ? [] : [atMost(constraint)]),
    ...(constraint.min === undefined ? [] : [atLeast(constraint)]),
    ...(constraint.pattern === undefined ? [] : [patternSentence(constraint)]),
    ...(constraint.enum === undefined ? [] : [enumSentence(constraint)]),
  ];
}

const numeric = new Set(['integer', 'long', 'float', 'double', 'short', 'byte', 'bigInteger', 'bigDecimal']);

const measure = ({ type }: Constraint) => (numeric.has(type) ? 'value' : 'length');
const atMost = (constraint: Constraint) =>
  `Member must have ${measure(constraint)} less than or equal to ${constraint.max}`;
const atLeast = (constraint: Constraint) =>
  `Member must have ${measure(constraint)} greater than or equal to ${constraint.min}`;
const patternSentence = ({ pattern }: Constraint) => `Member must satisfy regular expression pattern: ${pattern}`;
const enumSentence = (constraint: Constraint) => `Member must satisfy enum value set: [${constraint.enum?.join(', ')}]`;

/** Lengths of texts count code points. */
function sizeOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'string') return codePoints(value);
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length;
  if (typeof value === 'object' && value !== null && !(value instanceof Readable) && !(value instanceof Date)) {
    return Object.keys(value).length;
  }
  return undefined;
}

function codePoints(text: string): number {
  let count = text.length;
  for (let at = 0; at < text.length - 1; at++) {
    const isPair = (text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;
    if (isPair) count--;
  }
  return count;
}

/** As Java prints it, since AWS's services do: `[a, b]`, `{key=value}`. */
function print(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(print).join(', ')}]`;
  if (value instanceof Uint8Array) return `java.nio.HeapByteBuffer[pos=0 lim=${value.length} cap=${value.length}]`;
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object' && value !== null) {
    const pairs = Object.entries(value).map(([name, item]) => `${name}=${print(item)}`);
    return `{${pairs.join(', ')}}`;
  }
  return String(value);
}

/** Keeps messages readable: an answer does not repeat megabytes. */
const clip = (text: string) => (text.length > 10_000 ? `${text.slice(0, 10_000)}...` : text);
