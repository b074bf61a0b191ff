/**
 * Lays the trees of a model out in one buffer for the evaluator: four 32-bit words a node, siblings side by side, top levels together.
 * Everything the evaluator later trusts without looking (children inside the buffer, no cycles, features inside the row) is checked here, once.
 * A shape that this does not know throws UnknownModelFormat.
 */
import { type CategoricalSplits, type ModelDocument, type TreeDocument, UnknownModelFormat } from './model-document.ts';

/**
 * Words of a node: condition (float), feature with the flags below, left child (the right one follows it), leaf value (float).
 * A leaf is its own child and its condition is NaN, so that a walk may continue at a leaf.
 */
export const nodeWords = 4;
export const featureMask = 0x1fffffff;
/** In the feature word of a categorical split, whose first word is then an index into `segments`. */
export const categoricalFlag = 0x20000000;
/** A missing value goes right. */
export const missingRightBit = 30;
const noChild = -1;

export interface FlatTrees {
  readonly words: Int32Array;
  /** The same memory. */
  readonly floats: Float32Array;
  /** Where each tree's root is, in words. */
  readonly roots: Int32Array;
  /** Splits on the longest way from a root to a leaf. */
  readonly depths: Int32Array;
  readonly groups: Int32Array;
  readonly weights: Float32Array | undefined;
  /** Pairs: first word in `bits`, number of words. */
  readonly segments: Int32Array;
  readonly bits: Int32Array;
  readonly isCategorical: boolean;
}

interface Layout {
  readonly words: Int32Array;
  readonly floats: Float32Array;
  readonly features: number;
  readonly segments: number[];
  readonly bits: number[];
  next: number;
}

/** The first `trees` trees: an early-stopped model does not use its last ones. */
export function flattenTrees(document: ModelDocument, trees: number): FlatTrees {
  const used = document.trees.slice(0, trees);
  const nodes = used.reduce((sum, tree) => sum + tree.left.length, 0);
  const memory = new ArrayBuffer(nodes * nodeWords * 4);
  const layout: Layout = {
    words: new Int32Array(memory),
    floats: new Float32Array(memory),
    features: document.features,
    segments: [],
    bits: [],
    next: 0,
  };
  const roots = new Int32Array(trees);
  const depths = new Int32Array(trees);
  const groups = new Int32Array(trees);
  used.forEach((tree, index) => {
    const group = document.treeGroups[index] as number;
    if (!(group >= 0 && group < document.groups)) throw new Error(`tree ${index} is of the group ${group}`);
    groups[index] = group;
    try {
      roots[index] = layout.next;
      depths[index] = flattenTree(tree, layout);
    } catch (error) {
      if (error instanceof UnknownModelFormat) throw error;
      throw new Error(`tree ${index} is broken: ${(error as Error).message}`);
    }
  });
  if (document.treeWeights && document.treeWeights.length !== document.trees.length) {
    throw new Error('weight_drop does not weigh each tree');
  }
  return {
    words: layout.words,
    floats: layout.floats,
    roots,
    depths,
    groups,
    weights: document.treeWeights && Float32Array.from(document.treeWeights),
    segments: Int32Array.from(layout.segments),
    bits: Int32Array.from(layout.bits),
    isCategorical: layout.segments.length > 0,
  };
}

/** Answers the tree's depth. */
function flattenTree(tree: TreeDocument, layout: Layout): number {
  const { left, right } = tree;
  const count = left.length;
  if (tree.leafSize > 1) throw new UnknownModelFormat('leaves that hold vectors');
  for (const column of [right, tree.feature, tree.condition, tree.defaultLeft]) {
    if (column.length !== count || count === 0) throw new Error('its columns differ in length');
  }
  const sets = tree.categorical ? categorySets(tree.categorical, layout) : undefined;
  const root = layout.next;
  const end = root + count * nodeWords;
  layout.next += nodeWords;
  // Breadth first: the queue holds node numbers, `at` of the same index is that node's position.
  const queue = [0];
  const places = [root];
  const depths = [0];
  for (let head = 0; head < queue.length; head++) {
    const node = queue[head] as number;
    const at = places[head] as number;
    const child = left[node] as number;
    if (child === noChild) {
      layout.floats[at] = Number.NaN;
      layout.words[at + 2] = at;
      layout.floats[at + 3] = tree.condition[node] as number;
      continue;
    }
    // XGBoost goes to left or left + 1 whatever right_children contains.
    if (right[node] !== child + 1) throw new UnknownModelFormat('siblings that do not stand side by side');
    if (!(child > 0 && child + 1 < count) || layout.next + 2 * nodeWords > end)
      throw new Error(`node ${node} has the child ${child}`);
    writeSplit(tree, node, at, layout, sets);
    queue.push(child, child + 1);
    places.push(layout.next, layout.next + nodeWords);
    const depth = (depths[head] as number) + 1;
    depths.push(depth, depth);
    layout.next += 2 * nodeWords;
  }
  layout.next = end;
  return depths.at(-1) ?? 0;
}

function writeSplit(
  tree: TreeDocument,
  node: number,
  at: number,
  layout: Layout,
  sets: Map<number, number> | undefined,
): void {
  const { words, floats } = layout;
  const feature = tree.feature[node] as number;
  if (!(Number.isInteger(feature) && feature >= 0 && feature < layout.features && feature <= featureMask)) {
    throw new Error(`node ${node} splits on feature ${feature} of ${layout.features}`);
  }
  const set = sets?.get(node);
  if (set === undefined) floats[at] = tree.condition[node] as number;
  else words[at] = set;
  const flags = (set === undefined ? 0 : categoricalFlag) | (tree.defaultLeft[node] ? 0 : 1 << missingRightBit);
  words[at + 1] = feature | flags;
  words[at + 2] = layout.next;
}

/** Node → its index in `segments`. The bits are those of XGBoost: category 0 is the highest bit of the first word. */
function categorySets(splits: CategoricalSplits, layout: Layout): Map<number, number> {
  const sets = new Map<number, number>();
  for (let entry = 0; entry < splits.nodes.length; entry++) {
    const begin = splits.segments[entry] as number;
    const end = begin + (splits.sizes[entry] as number);
    if (!(begin >= 0 && end > begin && end <= splits.categories.length))
      throw new Error('a set of categories is outside its list');
    let largest = 0;
    for (let index = begin; index < end; index++) {
      const category = splits.categories[index] as number;
      if (!(Number.isInteger(category) && category >= 0 && category < 2 ** 24))
        throw new Error(`the category ${category}`);
      largest = Math.max(largest, category);
    }
    const bits = new Int32Array((largest >> 5) + 1);
    for (let index = begin; index < end; index++) {
      const category = splits.categories[index] as number;
      bits[category >> 5] = (bits[category >> 5] as number) | (0x80000000 >>> (category & 31));
    }
    sets.set(splits.nodes[entry] as number, layout.segments.length);
    layout.segments.push(layout.bits.length, bits.length);
    for (const word of bits) layout.bits.push(word);
  }
  return sets;
}
