/** An UpdateExpression done to an item. Every value is that of the item before; positions of lists are those before, too. */
import { invalid } from '../invalid.ts';
import { decimalIn } from '../values/compare.ts';
import { addDecimals, formatDecimal, negate, outOfRange } from '../values/decimal.ts';
import { attributeOf, type Item, setAttribute, typeOf, type Value } from '../values/value.ts';
import { type Path, valueAt } from './paths.ts';
import type { Action, SetValue } from './update.ts';

const wrongType = () => invalid('An operand in the update expression has an incorrect data type');
const missing = () => invalid('The provided expression refers to an attribute that does not exist in the item');
const noPath = () => invalid('The document path provided in the update expression is invalid for update');

/** A map or list that this update may change. */
type Draft = { M: Record<string, Value> } | ListDraft;
/** `more`: what is set behind the end, by position: it closes up. */
type ListDraft = { L: (Value | undefined)[]; more?: Map<number, Value> };

/** Copies what it changes: items are shared. */
export function applyUpdate(item: Item, actions: readonly Action[]): Item {
  const drafts = new Map<object, Draft>();
  const root: Draft = { M: { ...item } };
  const values = actions.map((action) => (action.kind === 'SET' ? resolve(action.value, item) : undefined));
  actions.forEach((action, at) => {
    act(root, drafts, item, action, values[at]);
  });
  for (const draft of drafts.values()) if ('L' in draft) close(draft);
  return root.M;
}

function close(draft: ListDraft): void {
  const more = [...(draft.more ?? [])].sort(([one], [other]) => one - other).map(([, value]) => value);
  draft.L = [...draft.L, ...more].filter((value) => value !== undefined);
  delete draft.more;
}

function act(
  root: Draft & { M: object },
  drafts: Map<object, Draft>,
  item: Item,
  action: Action,
  set: Value | undefined,
): void {
  const { path } = action;
  const last = path[path.length - 1] as string | number;
  const parent = parentOf(root, drafts, path);
  if (parent === undefined || (typeof last === 'number' ? !('L' in parent) : !('M' in parent))) throw noPath();
  const existing = valueAt(item, path);
  switch (action.kind) {
    case 'SET':
      put(parent, last, set);
      break;
    case 'REMOVE':
      put(parent, last, undefined);
      break;
    case 'ADD':
      put(parent, last, added(existing, action.value));
      break;
    case 'DELETE':
      if (existing !== undefined) put(parent, last, without(existing, action.value));
  }
}

function parentOf(root: Draft, drafts: Map<object, Draft>, path: Path): Draft | undefined {
  let parent: Draft = root;
  for (const next of path.slice(0, -1)) {
    const child: Value | undefined =
      typeof next === 'number'
        ? 'L' in parent
          ? parent.L[next]
          : undefined
        : 'M' in parent
          ? attributeOf(parent.M, next)
          : undefined;
    if (child === undefined || (child.M === undefined && child.L === undefined)) return undefined;
    let draft = drafts.get(child);
    if (draft === undefined) {
      draft = child.M !== undefined ? { M: { ...child.M } } : { L: [...(child.L ?? [])] };
      drafts.set(draft, draft);
      put(parent, next, draft as Value);
    }
    parent = draft;
  }
  return parent;
}

/** `undefined` removes: a list keeps the place until the end, so that the positions of others stay. */
function put(parent: Draft, name: string | number, value: Value | undefined): void {
  if ('M' in parent) {
    if (value === undefined) delete parent.M[String(name)];
    else setAttribute(parent.M, String(name), value);
    return;
  }
  const at = Number(name);
  if (value === undefined) {
    if (at < parent.L.length) parent.L[at] = undefined;
  } else if (at < parent.L.length) parent.L[at] = value;
  else {
    parent.more ??= new Map();
    parent.more.set(at, value);
  }
}

export function added(existing: Value | undefined, value: Value): Value {
  const type = typeOf(value);
  if (existing !== undefined && typeOf(existing) !== type) throw wrongType();
  if (existing === undefined) return value;
  if (value.N !== undefined) return sum(existing, value);
  if (value.L !== undefined) return { L: [...(existing.L ?? []), ...value.L] };
  const set = type as 'SS' | 'NS' | 'BS';
  return { [set]: [...new Set([...(existing[set] ?? []), ...(value[set] ?? [])])] };
}

/** Undefined where nothing is left: there are no empty sets. */
export function without(existing: Value, value: Value): Value | undefined {
  const type = typeOf(value) as 'SS' | 'NS' | 'BS';
  if (typeOf(existing) !== type) throw wrongType();
  const gone = new Set(value[type]);
  const left = (existing[type] ?? []).filter((member) => !gone.has(member));
  return left.length === 0 ? undefined : { [type]: left };
}

export function sum(one: Value, other: Value, subtract = false): Value {
  if (one.N === undefined || other.N === undefined) throw wrongType();
  const second = decimalIn(other.N);
  const result = addDecimals(decimalIn(one.N), subtract ? negate(second) : second);
  const fault = outOfRange(result);
  if (fault !== undefined) throw invalid(fault);
  return { N: formatDecimal(result) };
}

function resolve(value: SetValue, item: Item): Value {
  if (value.kind === 'path') return found(valueAt(item, value.path));
  if (value.kind === 'value') return found(value.value);
  const [one, other] = value.args as [SetValue, SetValue];
  if (value.name === 'if_not_exists')
    return (one.kind === 'path' ? valueAt(item, one.path) : undefined) ?? resolve(other, item);
  const [first, second] = [resolve(one, item), resolve(other, item)];
  if (value.name !== 'list_append') return sum(first, second, value.name === '-');
  if (first.L === undefined || second.L === undefined) throw wrongType();
  return { L: [...first.L, ...second.L] };
}

function found(value: Value | undefined): Value {
  if (value === undefined) throw missing();
  return value;
}
