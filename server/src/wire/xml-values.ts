/** AWS's shapes from and to XML, as rest-xml and query write them. Source: https://smithy.io/2.0/spec/protocol-traits.html#xml-bindings */
import type { Member, Structure, XmlNamespace } from '../models/shape.ts';
import { type JsonObject, setKey } from './json-values.ts';
import { Malformed } from './malformed.ts';
import { readText, writeText } from './text-values.ts';
import type { XmlElement } from './xml-parse.ts';

export function readXmlStructure(shape: Structure, element: XmlElement): JsonObject {
  const result: JsonObject = {};
  for (const member of shape.members) {
    const value = readMember(member, element);
    if (value !== undefined) result[member.name] = value;
  }
  if (shape.kind === 'union' && Object.keys(result).length > 1) {
    throw new Malformed(`Only one member of the union ${shape.name} may be set`);
  }
  return result;
}

function readMember(member: Member, parent: XmlElement): unknown {
  const localName = member.xmlName.slice(member.xmlName.indexOf(':') + 1);
  if (member.xmlAttribute) {
    const text = parent.attributes.get(member.xmlName);
    return text === undefined ? undefined : readText(member, text);
  }
  if (member.xmlFlattened) {
    const elements = parent.children.filter(({ name }) => name === localName);
    return elements.length === 0 ? undefined : readFlattened(member, elements);
  }
  const element = parent.children.findLast(({ name }) => name === localName);
  return element && readXml(member, element);
}

function readFlattened(member: Member, elements: readonly XmlElement[]): unknown {
  const { shape } = member;
  if (shape.kind === 'list') return elements.map((element) => readXml(shape.item, element));
  if (shape.kind === 'map') return readEntries(shape.key, shape.value, elements);
  throw new Malformed(`${member.name} is neither list nor map`);
}

function readXml(member: Member, element: XmlElement): unknown {
  const { shape } = member;
  switch (shape.kind) {
    case 'structure':
    case 'union':
      return readXmlStructure(shape, element);
    case 'list':
      return element.children
        .filter(({ name }) => name === shape.item.xmlName)
        .map((item) => readXml(shape.item, item));
    case 'map': {
      const entries = element.children.filter(({ name }) => name === 'entry');
      return readEntries(shape.key, shape.value, entries);
    }
    case 'unit':
      return {};
    case 'document':
      return element.text;
    default:
      if (element.children.length > 0) throw new Malformed(`Unexpected elements in ${member.name}`);
      return readText(member, element.text);
  }
}

function readEntries(key: Member, value: Member, entries: readonly XmlElement[]): JsonObject {
  const result: JsonObject = {};
  for (const entry of entries) {
    const keyElement = entry.children.find(({ name }) => name === key.xmlName);
    const valueElement = entry.children.find(({ name }) => name === value.xmlName);
    if (keyElement === undefined) throw new Malformed('An entry without its key');
    if (valueElement !== undefined) setKey(result, keyElement.text, readXml(value, valueElement));
  }
  return result;
}

/** `wholeSeconds`: see timestamps.ts. */
interface XmlStyle {
  readonly wholeSeconds: boolean;
}

export function writeXmlElement(
  name: string,
  shape: Pick<Structure, 'members'>,
  value: JsonObject,
  style: XmlStyle,
  namespace: XmlNamespace | undefined,
): string {
  let attributes = namespace ? ` ${namespace.attribute}="${escapeXml(namespace.uri)}"` : '';
  let content = '';
  for (const member of shape.members) {
    const item = value[member.name];
    if (item == null) continue;
    if (member.xmlAttribute) attributes += ` ${member.xmlName}="${escapeXml(writeText(member, item, 'date-time'))}"`;
    else content += writeXmlMember(member.xmlName, member, item, style);
  }
  return `<${name}${attributes}>${content}</${name}>`;
}

export function writeXmlMember(name: string, member: Member, value: unknown, style: XmlStyle): string {
  const { shape } = member;
  const namespace = member.xmlNamespace;
  switch (shape.kind) {
    case 'structure':
    case 'union':
      return writeXmlElement(name, shape, value as JsonObject, style, namespace ?? shape.xmlNamespace);
    case 'list': {
      const items = value as unknown[];
      if (member.xmlFlattened) return items.map((item) => writeItem(name, shape.item, item, style)).join('');
      const content = items.map((item) => writeItem(shape.item.xmlName, shape.item, item, style)).join('');
      return element(name, namespace, content);
    }
    case 'map': {
      const entries = Object.entries(value as JsonObject).filter(([, item]) => item != null || shape.sparse);
      const pairs = entries.map(
        ([key, item]) =>
          writeItem(shape.key.xmlName, shape.key, key, style) +
          writeItem(shape.value.xmlName, shape.value, item, style),
      );
      if (member.xmlFlattened) return pairs.map((pair) => element(name, namespace, pair)).join('');
      return element(name, namespace, pairs.map((pair) => `<entry>${pair}</entry>`).join(''));
    }
    case 'unit':
      return `<${name}></${name}>`;
    default:
      return element(name, namespace, escapeXml(writeText(member, value, 'date-time', style.wholeSeconds)));
  }
}

function writeItem(name: string, member: Member, value: unknown, style: XmlStyle): string {
  return value == null ? element(name, member.xmlNamespace, '') : writeXmlMember(name, member, value, style);
}

function element(name: string, namespace: XmlNamespace | undefined, content: string): string {
  const attributes = namespace ? ` ${namespace.attribute}="${escapeXml(namespace.uri)}"` : '';
  return `<${name}${attributes}>${content}</${name}>`;
}

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

/** Characters that XML does not allow are written as references, as S3 does in keys. */
export function escapeXml(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the expression searches for them
  return text.replace(/[&<>"'\u0000-\u0008\u000b-\u001f\u007f\u0085\u2028]/g, (character) => {
    return escapes[character] ?? `&#x${character.charCodeAt(0).toString(16)};`;
  });
}

export const xmlHeader = '<?xml version="1.0" encoding="UTF-8"?>\n';
