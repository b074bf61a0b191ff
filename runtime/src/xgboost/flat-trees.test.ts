import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { seededRandom } from '../seeded-random.ts';
import { createEvaluator } from './evaluator.ts';
import { type ExampleTree, exampleModel, exampleTree, leafTree } from './example-model.ts';
import { categoricalFlag, flattenTrees, missingRightBit, nodeWords } from './flat-trees.ts';
import { ensureLibrary } from './library.ts';
import { openLibraryModel } from './library-model.ts';
import { readModelDocument, UnknownModelFormat } from './model-document.ts';

let file: string;
before(async () => {
  file = await ensureLibrary(process.env, () => {});
});

const flatten = (...trees: ExampleTree[]) => {
  const document = readModelDocument(Buffer.from(exampleModel({ trees })));
  return flattenTrees(document, trees.length);
};

type Random = () => number;

interface CategoricalTree extends ExampleTree {
  readonly split_type: number[];
  readonly categories: number[];
  readonly categories_nodes: number[];
  readonly categories_segments: number[];
  readonly categories_sizes: number[];
}

const features = 4;
/** Features 1 and 3 are categories. */
const isCategory = (feature: number) => feature % 2 === 1;

/** A tree that no training would grow: crooked, with conditions that are infinite or equal, with sets of any size. */
function randomTree(random: Random, maxDepth: number): CategoricalTree {
  const whole = (below: number) => Math.floor(random() * below);
  const tree = {
    left: [-1],
    right: [-1],
    feature: [0],
    condition: [random()],
    defaultLeft: [0],
    split_type: [0],
    categories: [] as number[],
    categories_nodes: [] as number[],
    categories_segments: [] as number[],
    categories_sizes: [] as number[],
  };
  const depths = [0];
  for (let node = 0; node < depths.length; node++) {
    const depth = depths[node] as number;
    if (depth >= maxDepth || depths.length > 200 || (depth > 0 && random() < 0.35)) continue;
    const feature = whole(features);
    tree.left[node] = depths.length;
    tree.right[node] = depths.length + 1;
    tree.feature[node] = feature;
    tree.defaultLeft[node] = whole(2);
    for (const side of [0, 1]) {
      tree.left.push(-1);
      tree.right.push(-1);
      tree.feature.push(0);
      tree.condition.push(Math.fround(random() * 2 - 1 + side));
      tree.defaultLeft.push(0);
      tree.split_type.push(0);
      depths.push(depth + 1);
    }
    if (isCategory(feature)) {
      const set = Array.from({ length: 70 }, (_, category) => category).filter(() => random() < 0.3);
      if (set.length === 0) set.push(whole(70));
      tree.split_type[node] = 1;
      tree.condition[node] = Number.NaN;
      tree.categories_nodes.push(node);
      tree.categories_segments.push(tree.categories.length);
      tree.categories_sizes.push(set.length);
      tree.categories.push(...set);
    } else tree.condition[node] = whole(9) / 4 - 1;
  }
  return tree;
}

/** The library's reader takes `1` for a whole number and refuses it where a float belongs; quotes and mark go at the end. */
const float = (value: number) => `#${Number.isNaN(value) ? '0E0' : value.toExponential()}`;

/** exampleModel's document with what categories add to each of its trees. */
function categoricalModel(trees: readonly CategoricalTree[]): Buffer {
  const document = JSON.parse(exampleModel({ features, trees }));
  const { learner } = document;
  learner.feature_types = ['float', 'c', 'float', 'c'];
  learner.gradient_booster.model.iteration_indptr = Array.from({ length: trees.length + 1 }, (_, round) => round);
  learner.gradient_booster.model.trees.forEach((tree: Record<string, unknown>, index: number) => {
    const { split_type, categories, categories_nodes, categories_segments, categories_sizes } = trees[
      index
    ] as CategoricalTree;
    const count = split_type.length;
    const zeros = new Array(count).fill(float(0));
    tree.split_conditions = trees[index]?.condition.map(float);
    const parents = new Array(count).fill(2147483647);
    trees[index]?.left.forEach((child, node) => {
      if (child !== -1) parents[child] = parents[child + 1] = node;
    });
    Object.assign(tree, { split_type, categories, categories_nodes, categories_segments, categories_sizes });
    Object.assign(tree, { parents, base_weights: zeros, loss_changes: zeros, sum_hessian: zeros });
    Object.assign(tree.tree_param as object, { size_leaf_vector: '1', num_feature: String(features) });
  });
  return Buffer.from(JSON.stringify(document).replace(/"#([^"]+)"/g, '$1'));
}

const bitsOf = (values: Float32Array) => new Int32Array(values.buffer, values.byteOffset, values.length);

describe('flattenTrees', () => {
  test('lays siblings side by side and makes a leaf its own child', () => {
    const { words, floats, roots, depths } = flatten(exampleTree);
    assert.equal(words.length, 5 * nodeWords);
    assert.deepEqual([Array.from(roots), Array.from(depths)], [[0], [2]]);
    assert.deepEqual(
      [floats[0], words[1], words[2]],
      [2.5, 0, nodeWords],
      'the root: feature 0, missing goes left, its children next',
    );
    const left = nodeWords;
    assert.deepEqual([floats[left], words[left + 2], floats[left + 3]], [Number.NaN, left, -1]);
    const right = 2 * nodeWords;
    assert.deepEqual([floats[right], words[right + 1]], [0.5, 1 | (1 << missingRightBit)]);
  });

  test('keeps the order of the trees, their groups and their depths', () => {
    const { roots, depths, floats } = flatten(leafTree(1), exampleTree, leafTree(2));
    assert.deepEqual(Array.from(roots), [0, nodeWords, 6 * nodeWords]);
    assert.deepEqual(Array.from(depths), [0, 2, 0]);
    assert.deepEqual([floats[3], floats[6 * nodeWords + 3]], [1, 2]);
  });

  test('takes the first trees only where the last are not used', () => {
    const document = readModelDocument(Buffer.from(exampleModel({ trees: [leafTree(1), exampleTree] })));
    assert.equal(flattenTrees(document, 1).words.length, nodeWords);
  });

  test('writes a set of categories with the first as the highest bit', () => {
    const tree: CategoricalTree = {
      ...exampleTree,
      feature: [1, 0, 0, 0, 0],
      split_type: [1, 0, 0, 0, 0],
      categories: [0, 2, 33],
      categories_nodes: [0],
      categories_segments: [0],
      categories_sizes: [3],
    };
    const { words, bits, segments, isCategorical } = flattenTrees(readModelDocument(categoricalModel([tree])), 1);
    assert.equal(isCategorical, true);
    assert.deepEqual(Array.from(segments), [0, 2]);
    assert.deepEqual(
      Array.from(bits, (word) => (word >>> 0).toString(2)),
      [`101${'0'.repeat(29)}`, `1${'0'.repeat(30)}`],
    );
    assert.equal((words[1] as number) & categoricalFlag, categoricalFlag);
  });
});

describe('flattenTrees refuses', () => {
  const cases: [what: string, tree: Partial<ExampleTree>, reason: RegExp][] = [
    ['a child outside the tree', { left: [1, -1, 9, -1, -1], right: [2, -1, 10, -1, -1] }, /^tree 0 is broken: node 2 has the child 9$/],
    ['a child below 0', { left: [1, -1, -5, -1, -1], right: [2, -1, -4, -1, -1] }, /^tree 0 is broken: node 2 has the child -5$/],
    ['a loop', { left: [1, -1, 1, -1, -1], right: [2, -1, 2, -1, -1] }, /^tree 0 is broken: node \d has the child 1$/],
    ['a feature that the model has not', { feature: [2, 0, 1, 0, 0] }, /^tree 0 is broken: node 0 splits on feature 2 of 2$/],
    ['a feature below 0', { feature: [-1, 0, 1, 0, 0] }, /^tree 0 is broken: node 0 splits on feature -1 of 2$/],
    ['a feature between two', { feature: [0.5, 0, 1, 0, 0] }, /^tree 0 is broken: node 0 splits on feature 0.5 of 2$/],
    ['columns of different length', { defaultLeft: [1] }, /^tree 0 is broken: its columns differ in length$/],
    ['a tree of no node', { left: [], right: [], feature: [], condition: [], defaultLeft: [] }, /^tree 0 is broken: its columns differ in length$/],
  ]; // biome-ignore format: a table
  for (const [what, change, reason] of cases) {
    test(what, () => assert.throws(() => flatten({ ...exampleTree, ...change }), { message: reason }));
  }

  test('siblings apart: the library may know more', () =>
    assert.throws(() => flatten({ ...exampleTree, right: [4, -1, 4, -1, -1] }), UnknownModelFormat));
});

describe('flattenTrees and the walk do, to the bit, what the library does with', () => {
  for (const [what, count, depth] of [
    ['trees of one split', 7, 1],
    ['crooked trees', 9, 6],
    ['deep trees', 6, 20],
    ['forests of many', 41, 4],
  ] as const) {
    for (const isPlain of [true, false]) {
      test(`${what}${isPlain ? '' : ' that split on categories'}`, () => {
        const random = seededRandom(count * 100 + depth);
        for (let round = 0; round < 12; round++) {
          const trees: CategoricalTree[] = [];
          while (trees.length < count) {
            const tree = randomTree(random, depth);
            if (!isPlain || tree.categories.length === 0) trees.push(tree);
          }
          const model = categoricalModel(trees);
          const evaluator = createEvaluator(readModelDocument(model));
          const library = openLibraryModel(file, model);
          const asked = Float32Array.from({ length: 60 * features }, (_, index) => {
            const feature = index % features;
            if (random() < 0.15) return Number.NaN;
            return isCategory(feature) ? Math.floor(random() * 75) : Math.floor(random() * 17) / 8 - 1;
          });
          assert.deepEqual(bitsOf(evaluator.predict(asked, 60)), bitsOf(library.predict(asked, 60)));
        }
      });
    }
  }
});
