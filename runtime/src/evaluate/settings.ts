/** What a job asks of an evaluation, read from its environment and checked before anything is opened. */
import { ClientError } from '../contract/client-error.ts';
import { type Average, averages } from './metrics/confusion.ts';

export const problems = ['regression', 'binary', 'multiclass'] as const;
export type Problem = (typeof problems)[number];

export interface Settings {
  readonly problem: Problem;
  /** What precision, recall and f1 of a multiclass problem are without a prefix. */
  readonly average: Average;
  /** Whether a model's numbers are probabilities already. */
  readonly output: 'probabilities' | 'logits';
  /** Column of the label: a name, or a position from 0 on (-1 is the last). */
  readonly label: string | undefined;
  readonly contentType: string | undefined;
  /** Names of the classes in the model's order. */
  readonly classes: readonly string[] | undefined;
  /** Names of the features, for data without a header. */
  readonly features: readonly string[] | undefined;
  /** Where the thresholds do not hold: end as a success that says so, or with exit status 3. */
  readonly onRejection: 'complete' | 'fail';
  readonly thresholds: string | undefined;
  readonly title: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The words of Model Monitor's ProblemType are taken, too. */
const words: Readonly<Record<string, Problem>> = {
  regression: 'regression',
  binary: 'binary',
  multiclass: 'multiclass',
  Regression: 'regression',
  BinaryClassification: 'binary',
  MulticlassClassification: 'multiclass',
};

export function readSettings(env: Environment): Settings {
  const problem = env.EVALUATE_PROBLEM_TYPE ?? '';
  if (!Object.hasOwn(words, problem))
    throw new ClientError(`EVALUATE_PROBLEM_TYPE must be regression, binary or multiclass, not "${problem}"`);
  return {
    problem: words[problem] as Problem,
    average: oneOf(env, 'EVALUATE_AVERAGE', averages),
    output: oneOf(env, 'EVALUATE_OUTPUT', ['probabilities', 'logits'] as const),
    label: env.EVALUATE_LABEL || undefined,
    contentType: env.EVALUATE_CONTENT_TYPE || undefined,
    classes: readNames(env, 'EVALUATE_CLASSES', 2, '["no", "yes"], in the order of the model'),
    features: readNames(env, 'EVALUATE_FEATURES', 1, '["age", "height"], in the order of the columns'),
    onRejection: oneOf(env, 'EVALUATE_ON_REJECTION', ['complete', 'fail'] as const),
    thresholds: env.EVALUATE_THRESHOLDS || undefined,
    title: env.EVALUATE_TITLE || undefined,
  };
}

/** The first is the usual one. */
function oneOf<const T extends string>(env: Environment, name: string, known: readonly T[]): T {
  const given = env[name] || known[0];
  const found = known.find((word) => word === given);
  if (found === undefined) throw new ClientError(`${name} must be one of ${known.join(', ')}, not "${given}"`);
  return found;
}

function readNames(env: Environment, name: string, least: number, example: string): string[] | undefined {
  const text = env[name];
  if (!text) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const isName = (given: unknown) => typeof given === 'string' || typeof given === 'number';
  const names = Array.isArray(value) && value.every(isName) ? value.map(String) : [];
  if (names.length < least || new Set(names).size < names.length)
    throw new ClientError(`${name} must be a list of different names such as ${example}`);
  return names;
}
