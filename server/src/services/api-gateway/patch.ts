/** Patch operations of Update…: https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html */
import type { PatchOperation } from '@aws-sdk/client-api-gateway';
import type { Call } from '../../contract/call.ts';
import { badRequest } from './refusals.ts';

export interface Patch {
  readonly op: string;
  /** The parts of the path, unescaped. */
  readonly path: readonly string[];
  /** As it was sent. */
  readonly text: string;
  readonly value: string | undefined;
}

/** JSON pointers: `~1` is a slash and `~0` a tilde. */
const plainPart = (part: string) => part.replaceAll('~1', '/').replaceAll('~0', '~');

export function readPatches(operations: readonly PatchOperation[] | undefined): Patch[] {
  return (operations ?? []).map(({ op = '', path = '', value }) => ({
    op,
    path: path.split('/').slice(1).map(plainPart),
    text: path,
    value,
  }));
}

export function invalidPath(call: Call, { text }: Patch) {
  return badRequest(call, `Invalid patch path ${text}`);
}

export function requireOp(call: Call, { op }: Patch, ...allowed: readonly string[]): void {
  if (allowed.includes(op)) return;
  throw badRequest(call, `Invalid patch operation specified. Must be one of: [${allowed.join(', ')}]`);
}
