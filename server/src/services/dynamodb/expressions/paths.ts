/** Document paths: where a value is in an item. */
import { attributeOf, type Item, setAttribute, type Value } from '../values/value.ts';

/** Names of attributes, positions in lists. */
export type Path = readonly (string | number)[];

export function valueAt(item: Item, path: Path): Value | undefined {
  let value: Value | undefined = attributeOf(item, String(path[0]));
  for (let at = 1; at < path.length && value !== undefined; at++) value = step(value, path[at] as string | number);
  return value;
}

export function step(value: Value, next: string | number): Value | undefined {
  if (typeof next === 'number') return value.L?.[next];
  return value.M && attributeOf(value.M, next);
}

/** What a projection is built in: lists by position, closed up at the end. */
interface Branch {
  map?: Map<string, Branch | Value>;
  list?: Map<number, Branch | Value>;
}

const isBranch = (node: Branch | Value): node is Branch => 'map' in node || 'list' in node;

/** The parts of an item at these paths, each where it was; positions of lists that were not asked for close up. */
export function project(item: Item, paths: readonly Path[]): Item {
  const top: Record<string, Value> = {};
  let root: Branch | undefined;
  for (const path of paths) {
    const value = valueAt(item, path);
    if (value === undefined) continue;
    if (path.length === 1) {
      setAttribute(top, String(path[0]), value);
      continue;
    }
    root ??= { map: new Map() };
    put(root, path, value);
  }
  for (const [name, node] of root?.map ?? []) setAttribute(top, name, closed(node));
  return top;
}

function put(root: Branch, path: Path, value: Value): void {
  let branch = root;
  path.forEach((next, at) => {
    const held = childrenOf(branch, next);
    if (at === path.length - 1) {
      held.set(next, value);
      return;
    }
    const existing = held.get(next);
    const child: Branch = existing !== undefined && isBranch(existing) ? existing : emptyFor(path[at + 1]);
    held.set(next, child);
    branch = child;
  });
}

const emptyFor = (next: string | number | undefined): Branch =>
  typeof next === 'number' ? { list: new Map() } : { map: new Map() };

/** Those among which `next` is one. */
function childrenOf(branch: Branch, next: string | number): Map<string | number, Branch | Value> {
  if (typeof next === 'number') branch.list ??= new Map();
  else branch.map ??= new Map();
  return (typeof next === 'number' ? branch.list : branch.map) as Map<string | number, Branch | Value>;
}

function closed(node: Branch | Value): Value {
  if (!isBranch(node)) return node;
  if (node.list !== undefined)
    return { L: [...node.list].sort(([one], [other]) => one - other).map(([, child]) => closed(child)) };
  const map: Record<string, Value> = {};
  for (const [name, child] of node.map ?? []) setAttribute(map, name, closed(child));
  return { M: map };
}
