/**
 * The properties by which Search finds and sorts, as AWS's model of a SearchRecord names them: `AlgorithmSpecification.TrainingImage`,
 * `InputDataConfig.ChannelName` (any of the channels), `HyperParameters.eta`, `Tags.team`, and `Metrics.<name>` for what training jobs measured.
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Filter.html. Pure.
 */
import type { Shape, Structure } from '../../../../models/shape.ts';

/** loose: text that is compared as a number where it is one (hyperparameters). group: a structure or a list of them, which can only exist. */
export type PropertyType = 'text' | 'number' | 'boolean' | 'timestamp' | 'loose' | 'group';

export type Value = string | number | boolean | Date | object;

export interface Property {
  readonly name: string;
  readonly type: PropertyType;
  /** Of a group: what its elements are made of. */
  readonly structure: Structure | undefined;
  /** Whether it is a list: what nested filters are for. */
  readonly many: boolean;
  /** Every value of it in a record; none where the record lacks it. */
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

/** The value that stands beside a name in a list of pairs. */
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
    const word = names[i] ?? '';
    const found = structure.byName.get(word);
    if (!found) return undefined;
    steps.push(member(word));
    // Keys may hold dots: whatever is left is one.
    const rest = names.slice(i + 1).join('.');
    const many = found.shape.kind === 'list';
    if (rest !== '' && isTagList(found.shape)) {
      return { steps: [...steps, paired('Key', rest, 'Value')], type: 'text', many: false };
    }
    if (rest !== '' && found.shape.kind === 'map') {
      const loose = word === 'HyperParameters';
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

/** Undefined for what is no property of the structure. */
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
  // A model's record holds the model beside its endpoints: its properties need no prefix.
  const prefixed = walk(inner, name);
  return prefixed && { ...prefixed, steps: [member('Model'), ...prefixed.steps] };
}

/** Deeper ones are found too, but not suggested. */
const maxDepth = 5;

/** The names of all properties that have values, in the order of the model; maps and tags, whose keys are anybody's, are left out. */
export function propertyNames(structure: Structure, prefix = '', depth = 1): string[] {
  return structure.members.flatMap(({ name, shape }) => {
    if (isTagList(shape)) return [];
    const inner = shape.kind === 'list' ? shape.item.shape : shape;
    if (scalarTypes[inner.kind]) return [prefix + name];
    if (!isStructure(inner) || depth === maxDepth) return [];
    return propertyNames(inner, `${prefix}${name}.`, depth + 1);
  });
}
