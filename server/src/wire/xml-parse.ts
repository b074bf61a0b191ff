/**
 * A small strict XML parser for requests: elements, attributes, text, CDATA. It refuses DTDs, so that an entity that a caller defines is never expanded,
 * and documents that are nested deeper than any of AWS's.
 */
import { Malformed, maxDepth } from './malformed.ts';

export interface XmlElement {
  /** Without its prefix. */
  readonly name: string;
  /** With their prefixes. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  /** The text directly inside. */
  text: string;
}

const nameStart = /[A-Za-z_:\u0080-\uFFFF]/;
const plainTag = /<([A-Za-z_][\w.-]*)(\/?)>/y;
const tag = /<([^\s<>/="'&]+)((?:\s+[^\s<>/="'&]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y;
const attribute = /\s+([^\s<>/="'&]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/g;
const endTag = /<\/([^\s<>/]+)\s*>/y;

/** The root element. Throws Malformed. */
export function parseXml(text: string): XmlElement {
  const start = skipProlog(text, text.charCodeAt(0) === 0xfeff ? 1 : 0);
  const [root, end] = readElements(text, start);
  if (skipMisc(text, end) !== text.length) throw new Malformed('Content after the root element');
  return root;
}

function skipProlog(text: string, from: number): number {
  let at = from;
  if (/^<\?xml\s/.test(text.slice(at, at + 6))) at = after(text, '?>', at);
  return skipMisc(text, at);
}

/** White space, comments and processing instructions between elements. */
function skipMisc(text: string, from: number): number {
  let at = from;
  for (;;) {
    while (at < text.length && ' \t\r\n'.includes(text[at] ?? '')) at++;
    if (text.startsWith('<!--', at)) at = after(text, '-->', at + 4);
    else if (text.startsWith('<?', at)) at = after(text, '?>', at + 2);
    else return at;
  }
}

function after(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from);
  if (found < 0) throw new Malformed(`No ${mark}`);
  return found + mark.length;
}

/** No document of AWS has more; parsing attributes is the slowest part. */
const maxAttributes = 64;
const noAttributes: ReadonlyMap<string, string> = new Map();

/** Not recursive: the nesting depth is the length of the stack. */
function readElements(text: string, from: number): [XmlElement, number] {
  const stack: { element: XmlElement; fullName: string }[] = [];
  let at = from;
  for (;;) {
    const top = stack.at(-1);
    if (text.startsWith('</', at)) {
      if (top && text.startsWith(`${top.fullName}>`, at + 2)) {
        at += top.fullName.length + 3;
        stack.pop();
        if (stack.length === 0) return [top.element, at];
        continue;
      }
      endTag.lastIndex = at;
      const match = endTag.exec(text);
      if (!match || !top || match[1] !== top.fullName) throw new Malformed('An end tag without its start');
      at = endTag.lastIndex;
      stack.pop();
      if (stack.length === 0) return [top.element, at];
    } else if (top && text.startsWith('<![CDATA[', at)) {
      const end = after(text, ']]>', at);
      top.element.text += text.slice(at + 9, end - 3);
      at = end;
    } else if (top && text.startsWith('<!--', at)) {
      at = after(text, '-->', at + 4);
    } else if (top && text.startsWith('<?', at)) {
      at = after(text, '?>', at + 2);
    } else if (text[at] === '<') {
      const [element, fullName, closed, end] = readTag(text, at);
      at = end;
      top?.element.children.push(element);
      if (closed && !top) return [element, at];
      if (!closed) stack.push({ element, fullName });
      if (stack.length > maxDepth) throw new Malformed('The document is nested too deeply');
    } else {
      const end = text.indexOf('<', at);
      if (end < 0 || !top) throw new Malformed('Text outside of an element');
      top.element.text += unescapeXml(text.slice(at, end));
      at = end;
    }
  }
}

function readTag(text: string, at: number): [XmlElement, string, boolean, number] {
  plainTag.lastIndex = at;
  const plain = plainTag.exec(text);
  if (plain) {
    const name = plain[1] ?? '';
    return [{ name, attributes: noAttributes, children: [], text: '' }, name, plain[2] === '/', plainTag.lastIndex];
  }
  tag.lastIndex = at;
  const match = tag.exec(text);
  const fullName = match?.[1] ?? '';
  if (!match || !nameStart.test(fullName[0] ?? '')) throw new Malformed('Not a start tag');
  const attributes = new Map<string, string>();
  for (const [, name = '', double, single] of (match[2] ?? '').matchAll(attribute)) {
    if (attributes.has(name)) throw new Malformed(`The attribute ${name} stands twice`);
    attributes.set(name, unescapeXml(double ?? single ?? ''));
    if (attributes.size > maxAttributes) throw new Malformed('Too many attributes');
  }
  const name = fullName.slice(fullName.indexOf(':') + 1);
  return [{ name, attributes, children: [], text: '' }, fullName, match[3] === '/', tag.lastIndex];
}

const predefined: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

const unusual = /&(?!(?:lt|gt|amp|quot|apos);)/;

/** Replaces the ampersand last: `&amp;lt;` is the text `&lt;`. */
function unescapePredefined(text: string): string {
  const others = text
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&apos;', "'");
  return others.replaceAll('&amp;', '&');
}

function unescapeXml(text: string): string {
  const lines = text.includes('\r') ? text.replaceAll('\r\n', '\n').replaceAll('\r', '\n') : text;
  if (!lines.includes('&')) return lines;
  if (!unusual.test(lines)) return unescapePredefined(lines);
  return lines.replace(/&(#x[0-9a-fA-F]{1,6}|#[0-9]{1,7}|[a-z]+)?(;?)/g, (_all, reference: string | undefined, end) => {
    if (reference === undefined || end !== ';') throw new Malformed('A stray ampersand');
    if (!reference.startsWith('#')) {
      const character = predefined[reference];
      if (character === undefined || !Object.hasOwn(predefined, reference)) throw new Malformed('An unknown entity');
      return character;
    }
    const code = reference[1] === 'x' ? Number.parseInt(reference.slice(2), 16) : Number(reference.slice(1));
    if (code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) throw new Malformed('No such character');
    return String.fromCodePoint(code);
  });
}
