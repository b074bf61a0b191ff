/**
 * The properties by which Search filters and sorts, named as in AWS's model of a SearchRecord: `AlgorithmSpecification.TrainingImage`,
 * `InputDataConfig.ChannelName` (any of the channels), `HyperParameters.eta`, `Tags.team`, and `Metrics.<name>` for metrics of training jobs.
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Filter.html. Pure.
 */
import type { Shape, Structure } from '../../../../models/shape.ts';

/** loose: text that is compared as a number if it is one (hyperparameters). group: a structure or a list of structures, for which only Exists is valid. */
export type PropertyType = 'text' | 'number' | 'boolean' | 'timestamp' | 'loose' | 'group';

export type Value = string | number | boolean | Date | object;

export interface Property {
  readonly name: string;
  readonly type: PropertyType;
  /** The structure of a group's elements. */
  readonly structure: Structure | undefined;
  /** It is a list, so nested filters apply. */
  readonly many: boolean;
  /** Every value of the property in a record; empty if the record does not have it. */
  values(record: object): readonly Value[];
}

type Step = (value: unknown) => readonly unknown[];

const isStructure = (shape: Shape | undefined): shape is Structure =>
  shape?.kind === 'structure' || shape?.kind === 'union';

/** Own members only: names come from requests. */
const member =
  (name: string): Step =>
  (value) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return [];
    const found = (value as Record<string, unknown>)[name];
    if (found === undefined || found === null) return [];
    return Array.isArray(found) ? found : [found];
  };

/** The value of a name in a list of pairs. */
const paired =
  (nameMember: string, name: string, valueMember: string): Step =>
  (value) =>
    (value as Record<string, unknown>)[nameMember] === name ? member(valueMember)(value) : [];

const scalarTypes: Partial<Record<Shape['kind'], PropertyType>> = {
  string: 'text',
  number: 'number',
  bigInteger: 'number',
  bigDecimal: 'number',
  boolean: 'boolean',
  timestamp: 'timestamp',
};

interface Walked {
  readonly steps: readonly Step[];
  readonly type: PropertyType;
  readonly structure?: Structure;
  readonly many: boolean;
}

const isTagList = (shape: Shape) =>
  shape.kind === 'list' && isStructure(shape.item.shape) && shape.item.shape.name === 'Tag';

function walk(root: Structure, name: string): Walked | undefined {
  const steps: Step[] = [];
  let structure = root;
  const names = name.split('.');
  for (let i = 0; i < names.length; i++) {
    const part = names[i] ?? '';
    const found = structure.byName.get(part);
    if (!found) return undefined;
    steps.push(member(part));
    // A key may contain dots: the rest of the name is the key.
    const rest = names.slice(i + 1).join('.');
    const many = found.shape.kind === 'list';
    if (rest !== '' && isTagList(found.shape)) {
      return { steps: [...steps, paired('Key', rest, 'Value')], type: 'text', many: false };
    }
    if (rest !== '' && found.shape.kind === 'map') {
      const loose = part === 'HyperParameters';
      const type = loose ? 'loose' : scalarTypes[found.shape.value.shape.kind];
      return type && { steps: [...steps, member(rest)], type, many: false };
    }
    const shape = found.shape.kind === 'list' ? found.shape.item.shape : found.shape;
    if (rest === '') {
      const type = scalarTypes[shape.kind] ?? 'group';
      return { steps, type, many, ...(isStructure(shape) && { structure: shape }) };
    }
    if (!isStructure(shape)) return undefined;
    structure = shape;
  }
  return undefined;
}

const metrics = 'Metrics.';

/** Undefined if the structure has no such property. */
export function findProperty(root: Structure, name: string): Property | undefined {
  const walked = walkFrom(root, name);
  if (!walked) return undefined;
  const { steps, type, structure, many } = walked;
  return {
    name,
    type,
    structure,
    many,
    values: (record) => steps.reduce<readonly unknown[]>((values, step) => values.flatMap(step), [record]) as Value[],
  };
}

function walkFrom(root: Structure, name: string): Walked | undefined {
  if (name.startsWith(metrics) && root.byName.has('FinalMetricDataList')) {
    const value = paired('MetricName', name.slice(metrics.length), 'Value');
    return { steps: [member('FinalMetricDataList'), value], type: 'number', many: false };
  }
  const own = walk(root, name);
  const inner = root.byName.get('Model')?.shape;
  if (own || !isStructure(inner)) return own;
  // A model's record nests the model, whose properties need no prefix.
  const prefixed = walk(inner, name);
  return prefixed && { ...prefixed, steps: [member('Model'), ...prefixed.steps] };
}

/** Deeper properties can be searched, but are not suggested. */
const maxDepth = 5;

/** The names of all properties that have values, in the order of the model, without maps and tags, whose keys users choose. */
export function propertyNames(structure: Structure, prefix = '', depth = 1): string[] {
  return structure.members.flatMap(({ name, shape }) => {
    if (isTagList(shape)) return [];
    const inner = shape.kind === 'list' ? shape.item.shape : shape;
    if (scalarTypes[inner.kind]) return [prefix + name];
    if (!isStructure(inner) || depth === maxDepth) return [];
    return propertyNames(inner, `${prefix}${name}.`, depth + 1);
  });
}
