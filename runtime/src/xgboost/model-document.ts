/**
 * XGBoost's model file, JSON or UBJSON, as 1.3 to 3.x write it, read into one shape. Checks what it reads as if an enemy had written it.
 * Never unpickles, never evaluates. What is read but not understood throws UnknownModelFormat and is left to the C library. Pickles and the binary format of
 * XGBoost before 2 are refused (the library has not read it since 3.1): models/convert.ts rewrites them before.
 */
import { readUbjson, type UbjValue } from './ubjson.ts';

export class UnknownModelFormat extends Error {
  override readonly name = 'UnknownModelFormat';
}

export type Numbers = ArrayLike<number>;

export interface TreeDocument {
  readonly left: Numbers;
  readonly right: Numbers;
  readonly feature: Numbers;
  readonly condition: Numbers;
  readonly defaultLeft: ArrayLike<number | boolean>;
  /** More than one: each leaf holds a vector. */
  readonly leafSize: number;
  readonly categorical: CategoricalSplits | undefined;
  /** What each split gained; omitted if importance is not needed. */
  readonly gain?: Numbers;
}

export interface CategoricalSplits {
  readonly type: Numbers;
  readonly nodes: Numbers;
  readonly segments: Numbers;
  readonly sizes: Numbers;
  readonly categories: Numbers;
}

export interface ModelDocument {
  readonly objective: string;
  readonly booster: string;
  readonly features: number;
  /** Sums a row has: classes, targets or one. */
  readonly groups: number;
  /** One for all groups or one each, as the file gives it. */
  readonly baseScore: readonly number[];
  readonly attributes: Readonly<Record<string, string>>;
  readonly trees: readonly TreeDocument[];
  readonly treeGroups: Numbers;
  /** Where each boosting round's trees begin; one more than there are rounds. */
  readonly rounds: Numbers;
  /** dart only. */
  readonly treeWeights: Numbers | undefined;
  /** gblinear only: feature by feature, then the bias, each for all groups. */
  readonly weights: Numbers | undefined;
}

type Fields = { readonly [key: string]: UbjValue };

/** Far beyond any model; below what a file of a few bytes could make us allocate. */
const maxFeatures = 2 ** 24;
const maxGroups = 2 ** 16;

const openBrace = 0x7b;
const longMarker = 0x4c;
const pickleStart = 0x80;

export function readModelDocument(bytes: Uint8Array): ModelDocument {
  const document = parse(bytes);
  // What a pickled Booster holds: the model beside its configuration.
  return modelDocument((document as Fields).Model ?? document);
}

/** Whether it can be JSON or UBJSON: both begin with a brace. */
export const isDocument = (bytes: Uint8Array) => bytes[bytes.findIndex((byte) => byte > 0x20)] === openBrace;

function parse(bytes: Uint8Array): UbjValue {
  if (bytes.length === 0) throw new Error('the model file is empty');
  if (isPickle(bytes)) {
    throw new Error(
      "the model file is a Python pickle, which would run code when loaded; save it with XGBoost's save_model() instead",
    );
  }
  if (bytes[0] === openBrace && bytes[1] === longMarker) return readUbjson(bytes);
  const text = bytes.findIndex((byte) => byte > 0x20);
  if (bytes[text] !== openBrace) {
    throw new Error(
      "the model file is neither XGBoost's JSON nor its UBJSON; a file in the binary format of an old XGBoost must be loaded by that version and saved again as JSON",
    );
  }
  const document = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  try {
    // XGBoost writes infinite conditions bare; JSON has no such word but rounds this number to it.
    const isPlain = !document.includes('Infinity');
    return JSON.parse(isPlain ? document : document.replace(/(?<=[[,]-?)Infinity(?=[\],])/g, '1e999')) as UbjValue;
  } catch (error) {
    throw new Error(`the model file is not whole JSON: ${(error as Error).message.slice(0, 200)}`);
  }
}

/** Protocols 2 to 5 open with 0x80 and their number; 0 and 1 with the name of the class or of what builds it. */
function isPickle(bytes: Uint8Array): boolean {
  if (bytes[0] === pickleStart && (bytes[1] ?? 0) >= 2 && (bytes[1] ?? 0) <= 5) return true;
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 16)).toString('latin1');
  return start.startsWith('ccopy_reg') || start.startsWith('ccopyreg') || start.startsWith('cxgboost');
}

function modelDocument(document: UbjValue): ModelDocument {
  const learner = fields(fields(document, 'the document').learner, 'learner');
  const parameters = fields(learner.learner_model_param, 'learner_model_param');
  const gradientBooster = fields(learner.gradient_booster, 'gradient_booster');
  const booster = text(gradientBooster.name, 'gradient_booster.name');
  const features = integer(parameters, 'num_feature');
  if (features === 0) throw new Error('the model was never trained: it has no features');
  if (features > maxFeatures) throw new Error(`the model has ${features} features; at most ${maxFeatures} are served`);
  const groups = Math.max(integer(parameters, 'num_class', 0), integer(parameters, 'num_target', 1), 1);
  if (groups > maxGroups) throw new Error(`the model has ${groups} outputs; at most ${maxGroups} are served`);
  const common = {
    objective: text(fields(learner.objective, 'objective').name, 'objective.name'),
    booster,
    features,
    groups,
    baseScore: baseScores(text(parameters.base_score, 'base_score')),
    attributes: texts(learner.attributes),
  };
  if (booster === 'gblinear') {
    const weights = numbers(fields(gradientBooster.model, 'model').weights, 'weights');
    return { ...common, trees: [], treeGroups: [], rounds: [0], treeWeights: undefined, weights };
  }
  const isDart = booster === 'dart';
  if (booster !== 'gbtree' && !isDart) throw new UnknownModelFormat(`the booster '${booster}'`);
  const holder = isDart ? fields(gradientBooster.gbtree, 'gbtree') : gradientBooster;
  return {
    ...common,
    ...forest(fields(holder.model, 'model'), groups),
    treeWeights: isDart ? numbers(gradientBooster.weight_drop, 'weight_drop') : undefined,
    weights: undefined,
  };
}

function forest(model: Fields, groups: number): Pick<ModelDocument, 'trees' | 'treeGroups' | 'rounds'> {
  const listed = model.trees;
  if (!Array.isArray(listed)) throw new Error('the model has no trees');
  const trees: TreeDocument[] = new Array(listed.length);
  listed.forEach((tree: UbjValue, index) => {
    const from = fields(tree, 'a tree');
    // The library orders trees by their id, not by their position in the list.
    const id = typeof from.id === 'number' ? from.id : index;
    if (!Number.isInteger(id) || id < 0 || id >= listed.length || trees[id])
      throw new Error(`tree ${index} has the id ${id}`);
    trees[id] = treeDocument(from);
  });
  const treeGroups = numbers(model.tree_info, 'tree_info');
  if (treeGroups.length !== trees.length) throw new Error('tree_info does not name a group for each tree');
  return { trees, treeGroups, rounds: rounds(model, trees.length, groups) };
}

function rounds(model: Fields, trees: number, groups: number): Numbers {
  const given = model.iteration_indptr;
  if (given !== undefined) return numbers(given, 'iteration_indptr');
  const parameters = fields(model.gbtree_model_param, 'gbtree_model_param');
  const step = Math.max(integer(parameters, 'num_parallel_tree', 1), 1) * groups;
  return Array.from({ length: Math.floor(trees / step) + 1 }, (_, round) => round * step);
}

function treeDocument(tree: Fields): TreeDocument {
  const leafSize = integer(fields(tree.tree_param, 'tree_param'), 'size_leaf_vector', 0);
  const left = numbers(tree.left_children, 'left_children');
  const type = tree.split_type;
  const isCategorical = type !== undefined && Array.prototype.includes.call(numbers(type, 'split_type'), 1);
  return {
    leafSize,
    left,
    right: numbers(tree.right_children, 'right_children'),
    feature: numbers(tree.split_indices, 'split_indices'),
    condition: numbers(tree.split_conditions, 'split_conditions'),
    defaultLeft: list(tree.default_left, 'default_left') as ArrayLike<number | boolean>,
    gain: tree.loss_changes === undefined ? undefined : numbers(tree.loss_changes, 'loss_changes'),
    categorical: isCategorical
      ? {
          type: numbers(type, 'split_type'),
          nodes: numbers(tree.categories_nodes, 'categories_nodes'),
          segments: numbers(tree.categories_segments, 'categories_segments'),
          sizes: numbers(tree.categories_sizes, 'categories_sizes'),
          categories: numbers(tree.categories, 'categories'),
        }
      : undefined,
  };
}

/** `5E-1` before XGBoost 3.1, `[5E-1]` or `[1E0,2E0]` since. */
function baseScores(given: string): number[] {
  const parsed: unknown = JSON.parse(given.trim().replace(/^\(/, '[').replace(/\)$/, ']'));
  const values = Array.isArray(parsed) ? parsed : [parsed];
  if (values.length === 0 || !values.every((value) => typeof value === 'number' && Number.isFinite(value))) {
    throw new Error(`base_score is '${given.slice(0, 100)}'`);
  }
  return values as number[];
}

function fields(value: UbjValue | undefined, name: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || ArrayBuffer.isView(value)) {
    throw new Error(`not a model of XGBoost: ${name} is missing`);
  }
  return value as Fields;
}

function text(value: UbjValue | undefined, name: string): string {
  if (typeof value !== 'string') throw new Error(`not a model of XGBoost: ${name} is missing`);
  return value;
}

function texts(value: UbjValue | undefined): Record<string, string> {
  const result: Record<string, string> = Object.create(null);
  if (value === undefined) return result;
  for (const [key, entry] of Object.entries(fields(value, 'attributes'))) {
    if (typeof entry === 'string') result[key] = entry;
  }
  return result;
}

function integer(from: Fields, name: string, otherwise?: number): number {
  const given = from[name] ?? otherwise;
  const value = typeof given === 'string' ? Number(given) : given;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw new Error(`not a model of XGBoost: ${name} is ${given === undefined ? 'missing' : `'${String(given)}'`}`);
  }
  return value;
}

function list(value: UbjValue | undefined, name: string): ArrayLike<UbjValue> {
  if (!Array.isArray(value) && !ArrayBuffer.isView(value))
    throw new Error(`not a model of XGBoost: ${name} is missing`);
  return value as ArrayLike<UbjValue>;
}

function numbers(value: UbjValue | undefined, name: string): Numbers {
  const given = list(value, name);
  if (Array.isArray(given) && !given.every((entry) => typeof entry === 'number')) {
    throw new Error(`not a model of XGBoost: ${name} holds something that is not a number`);
  }
  return given as Numbers;
}
