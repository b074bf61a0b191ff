/** What a function of a proxy integration answers: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html */
import type { WebResponse } from '../../../contract/web-routes.ts';
import { Failure, malformedProxy } from './answers.ts';

const known = ['statusCode', 'headers', 'multiValueHeaders', 'body', 'isBase64Encoded'];

/** Throws Failure for an answer of any other form. */
export function readProxyAnswer(
  payload: Buffer,
  binaryMediaTypes: readonly string[],
  accept: string | undefined,
): WebResponse {
  const answer = parse(payload);
  const { statusCode = 200, headers, multiValueHeaders, body, isBase64Encoded = false } = answer;
  const status = Number(statusCode);
  const isText = body === undefined || body === null || typeof body === 'string';
  if (!Number.isInteger(status) || status < 100 || status > 599 || !isText || typeof isBase64Encoded !== 'boolean') {
    throw new Failure(malformedProxy);
  }
  const text = body ?? '';
  const isBinary = isBase64Encoded && accepts(binaryMediaTypes, accept);
  return {
    status,
    headers: { 'content-type': 'application/json', ...headersOf(headers, multiValueHeaders) },
    body: isBinary ? Buffer.from(text, 'base64') : text,
  };
}

function parse(payload: Buffer): Record<string, unknown> & { body?: string | null } {
  let answer: unknown;
  try {
    answer = JSON.parse(payload.toString('utf8'));
  } catch (error) {
    throw new Failure(malformedProxy, error);
  }
  const isAnswer = typeof answer === 'object' && answer !== null && !Array.isArray(answer);
  if (!isAnswer || Object.keys(answer as object).some((name) => !known.includes(name))) {
    throw new Failure(malformedProxy);
  }
  return answer as Record<string, unknown>;
}

/** Multi-value headers add to the others. Names and values that HTTP cannot send are a malformed answer. */
function headersOf(single: unknown, multiple: unknown): Record<string, string> {
  const all: Record<string, string> = {};
  for (const [name, value] of entriesOf(single)) all[name.toLowerCase()] = checked(name, value);
  for (const [name, values] of entriesOf(multiple)) {
    if (!Array.isArray(values)) throw new Failure(malformedProxy);
    all[name.toLowerCase()] = values.map((value) => checked(name, value)).join(', ');
  }
  // The gateway's own.
  for (const name of ['content-length', 'transfer-encoding', 'connection']) delete all[name];
  return all;
}

function entriesOf(value: unknown): [string, unknown][] {
  if (value === undefined || value === null) return [];
  if (typeof value !== 'object' || Array.isArray(value)) throw new Failure(malformedProxy);
  return Object.entries(value);
}

function checked(name: string, value: unknown): string {
  const text = String(value);
  const isScalar = value === null || typeof value !== 'object';
  if (!isScalar || !/^[!#$%&'*+.^`|~\w-]+$/.test(name) || !/^[\t\x20-\x7e\x80-\xff]*$/.test(text)) {
    throw new Failure(malformedProxy);
  }
  return text;
}

/** By the first media type of the Accept header, as on AWS. */
function accepts(types: readonly string[], accept = ''): boolean {
  const first = accept.split(/[,;]/)[0]?.trim().toLowerCase();
  return types.some((type) => type === '*/*' || type.toLowerCase() === first);
}
