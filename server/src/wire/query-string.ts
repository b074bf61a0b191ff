/** Query strings and forms as pairs, in their order. Never an object of a user's keys. */
import { Malformed } from './malformed.ts';

/** Names and values percent-decoded. `+` is a space, in forms and in query strings, as on AWS. */
export function splitQuery(text: string): [string, string][] {
  if (text === '') return [];
  const pairs: [string, string][] = [];
  for (const part of text.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    if (equals < 0) pairs.push([decode(part), '']);
    else pairs.push([decode(part.slice(0, equals)), decode(part.slice(equals + 1))]);
  }
  return pairs;
}

function decode(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  return spaced.includes('%') ? percentDecode(spaced) : spaced;
}

export function percentDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Malformed(`Invalid percent-encoding: ${text}`);
  }
}
