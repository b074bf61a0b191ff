/**
 * Which cross-origin requests a bucket's rules allow, and the headers that say so to the browser.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html#cors-eval-criteria; headers and texts observed.
 */
import type { CORSRule } from '@aws-sdk/client-s3';
import type { Call } from '../../../../contract/call.ts';
import { conforms } from '../../../../models/validate.ts';
import { invalidRequest, malformedXml } from '../../refusals.ts';
import { isLike } from '../policy/s3-actions.ts';

const maxRules = 100;
const methods = new Set(['GET', 'PUT', 'POST', 'DELETE', 'HEAD']);

export function checkCorsRules(rules: readonly CORSRule[], call: Call): void {
  if (rules.length === 0 || rules.length > maxRules) throw malformedXml(call);
  for (const rule of rules) {
    const { AllowedMethods: verbs = [], AllowedOrigins: origins = [], AllowedHeaders: headers = [] } = rule;
    const isWhole = conforms('s3', 'CORSRule', rule) && verbs.length > 0 && origins.length > 0;
    if (!isWhole || (rule.ID?.length ?? 0) > 255) throw malformedXml(call);
    const verb = verbs.find((method) => !methods.has(method));
    if (verb !== undefined) {
      throw invalidRequest(call, `Found unsupported HTTP method in CORS config. Unsupported method is ${verb}`);
    }
    checkWildcards(origins, 'AllowedOrigin', call);
    checkWildcards(headers, 'AllowedHeader', call);
    const exposed = rule.ExposeHeaders?.find((header) => header.includes('*'));
    if (exposed !== undefined) {
      throw invalidRequest(
        call,
        `ExposeHeader "${exposed}" contains wildcard. We currently do not support wildcard for ExposeHeader.`,
      );
    }
  }
}

function checkWildcards(texts: readonly string[], element: string, call: Call): void {
  const broken = texts.find((text) => text.split('*').length > 2);
  if (broken === undefined) return;
  throw invalidRequest(call, `${element} "${broken}" can not have more than one wildcard.`);
}

export interface CrossOriginQuestion {
  readonly origin: string;
  readonly method: string;
  /** In lower case. */
  readonly headers: readonly string[];
}

/** The headers of the first rule that allows it; undefined where none does. */
export function corsHeaders(
  rules: readonly CORSRule[],
  { origin, method, headers }: CrossOriginQuestion,
): Record<string, string> | undefined {
  for (const rule of rules) {
    const allowed = rule.AllowedOrigins?.find((pattern) => isAllowed(pattern, origin));
    if (allowed === undefined || !rule.AllowedMethods?.includes(method)) continue;
    const patterns = rule.AllowedHeaders ?? [];
    if (!headers.every((header) => patterns.some((pattern) => isAllowed(pattern.toLowerCase(), header)))) continue;
    return headersOf(rule, allowed === '*' ? '*' : origin, headers);
  }
  return undefined;
}

/** One star, and nothing else that is not itself. */
const isAllowed = (pattern: string, text: string) => isLike(pattern.replaceAll('?', '\0'), text);

function headersOf(rule: CORSRule, origin: string, headers: readonly string[]): Record<string, string> {
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-methods': (rule.AllowedMethods ?? []).join(', '),
    ...(headers.length > 0 ? { 'access-control-allow-headers': headers.join(', ') } : {}),
    ...(rule.ExposeHeaders?.length ? { 'access-control-expose-headers': rule.ExposeHeaders.join(', ') } : {}),
    ...(rule.MaxAgeSeconds === undefined ? {} : { 'access-control-max-age': String(rule.MaxAgeSeconds) }),
    ...(origin === '*' ? {} : { 'access-control-allow-credentials': 'true' }),
    vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
  };
}
