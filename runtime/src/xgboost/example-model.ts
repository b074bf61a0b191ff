/** A small model file for tests: one tree by default, feature 0 below 2.5 → -1, else feature 1 below 0.5 → 0.25, else 1.5. */
export interface ExampleTree {
  readonly left: readonly number[];
  readonly right: readonly number[];
  readonly feature: readonly number[];
  readonly condition: readonly number[];
  readonly defaultLeft: readonly number[];
}

export interface ExampleModel {
  readonly objective?: string;
  readonly features?: number;
  readonly classes?: number;
  readonly baseScore?: string;
  readonly trees?: readonly ExampleTree[];
  readonly treeInfo?: readonly number[];
  readonly attributes?: Readonly<Record<string, string>>;
}

export const exampleTree: ExampleTree = {
  left: [1, -1, 3, -1, -1],
  right: [2, -1, 4, -1, -1],
  feature: [0, 0, 1, 0, 0],
  condition: [2.5, -1, 0.5, 0.25, 1.5],
  defaultLeft: [1, 0, 0, 0, 0],
};

export function leafTree(value: number): ExampleTree {
  return { left: [-1], right: [-1], feature: [0], condition: [value], defaultLeft: [0] };
}

export function exampleModel(options: ExampleModel = {}): string {
  const trees = options.trees ?? [exampleTree];
  return JSON.stringify({
    version: [3, 2, 0],
    learner: {
      attributes: options.attributes ?? {},
      feature_names: [],
      feature_types: [],
      objective: { name: options.objective ?? 'reg:squarederror', reg_loss_param: { scale_pos_weight: '1' } },
      learner_model_param: {
        base_score: options.baseScore ?? '[5E-1]',
        boost_from_average: '1',
        num_class: String(options.classes ?? 0),
        num_feature: String(options.features ?? 2),
        num_target: '1',
      },
      gradient_booster: {
        name: 'gbtree',
        model: {
          gbtree_model_param: { num_trees: String(trees.length), num_parallel_tree: '1' },
          tree_info: options.treeInfo ?? trees.map(() => 0),
          trees: trees.map((tree, id) => ({
            id,
            tree_param: {
              num_nodes: String(tree.left.length),
              size_leaf_vector: '1',
              num_deleted: '0',
              num_feature: '2',
            },
            left_children: tree.left,
            right_children: tree.right,
            split_indices: tree.feature,
            split_conditions: tree.condition,
            default_left: tree.defaultLeft,
          })),
        },
      },
    },
  });
}
