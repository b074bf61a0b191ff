/** encoding-type=url of listings: keys may hold characters that XML 1.0 cannot. */
import type { Call } from '../../contract/call.ts';
import { invalidArgument } from './refusals.ts';

/** As S3 encodes (observed): a form's encoding with the slash kept. */
export function urlEncode(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%2F', '/')
    .replaceAll('%20', '+');
}

/** How a listing writes keys, prefixes and markers. */
export function keyWriter(encodingType: string | undefined, call: Call): (text: string) => string {
  if (encodingType === undefined) return (text) => text;
  if (encodingType === 'url') return urlEncode;
  throw invalidArgument(call, 'Invalid Encoding Method specified in Request', 'encoding-type', encodingType);
}
