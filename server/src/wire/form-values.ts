/** AWS's shapes from the dotted names of a query form: `Tags.member.1.Key=…`. */
import type { Member, Structure } from '../models/shape.ts';
import { type JsonObject, setKey } from './json-values.ts';
import { Malformed, maxDepth } from './malformed.ts';
import { readText } from './text-values.ts';

export interface FormNode {
  value?: string;
  readonly children: Map<string, FormNode>;
}

export function formTree(form: ReadonlyMap<string, string>): FormNode {
  const root: FormNode = { children: new Map() };
  for (const [name, value] of form) {
    const steps = name.split('.');
    if (steps.length > maxDepth) throw new Malformed('A parameter is nested too deeply');
    let node = root;
    for (const step of steps) {
      const next = node.children.get(step) ?? { children: new Map() };
      node.children.set(step, next);
      node = next;
    }
    node.value = value;
  }
  return root;
}

export function readFormStructure(shape: Structure, node: FormNode): JsonObject {
  const result: JsonObject = {};
  for (const member of shape.members) {
    const child = node.children.get(member.xmlName);
    if (child === undefined) continue;
    const value = readFormValue(member, child);
    if (value !== undefined) result[member.name] = value;
  }
  return result;
}

function readFormValue(member: Member, node: FormNode): unknown {
  const { shape } = member;
  switch (shape.kind) {
    case 'structure':
    case 'union':
      return readFormStructure(shape, node);
    case 'list': {
      const holder = member.xmlFlattened ? node : node.children.get(shape.item.xmlName);
      return numbered(holder ?? empty).map((item) => readFormValue(shape.item, item));
    }
    case 'map': {
      const entries: JsonObject = {};
      for (const entry of numbered((member.xmlFlattened ? node : node.children.get('entry')) ?? empty)) {
        const key = entry.children.get(shape.key.xmlName)?.value;
        const value = entry.children.get(shape.value.xmlName);
        if (key === undefined) throw new Malformed(`An entry of ${member.name} has no key`);
        if (value !== undefined) setKey(entries, key, readFormValue(shape.value, value));
      }
      return entries;
    }
    default:
      if (node.value === undefined) throw new Malformed(`Unexpected complex element for ${member.name}`);
      if (node.value === '' && shape.kind !== 'string' && shape.kind !== 'blob') return undefined;
      return readText(member, node.value);
  }
}

const empty: FormNode = { children: new Map() };

function numbered(node: FormNode): FormNode[] {
  const items: [number, FormNode][] = [];
  for (const [name, child] of node.children) {
    if (/^\d{1,6}$/.test(name)) items.push([Number(name), child]);
    else throw new Malformed(`Key is not a number: ${name}`);
  }
  return items.sort(([a], [b]) => a - b).map(([, child]) => child);
}
