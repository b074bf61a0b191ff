/** How callers name a function: its name, a part of its ARN or all of it, with or without a version or an alias. Pure. */
import { formatArn } from '../../../contract/arn.ts';
import type { CallFacts } from '../../../contract/call.ts';
import { invalidParameter, notFound } from '../refusals.ts';
import type { FunctionName } from './function-store.ts';

export interface NamedFunction extends FunctionName {
  /** A version, an alias or `$LATEST`; undefined for the function itself. */
  readonly qualifier: string | undefined;
}

type Where = Pick<CallFacts, 'region'> & { readonly account: string };

const form =
  /^(?:arn:aws[a-zA-Z-]*:lambda:)?(?:([a-z]{2,4}(?:-[a-z]+)+-\d):)?(?:(\d{12}):)?(?:function:)?([a-zA-Z0-9-_.]+)(?::(\$LATEST|[a-zA-Z0-9-_]+))?$/;

/** Throws for another region and for a qualifier that is named twice, differently. */
export function readFunctionName(given: string, qualifier: string | undefined, call: Where): NamedFunction {
  const named = parseFunctionName(given, call);
  if (named.region !== call.region)
    throw notFound(`Functions from '${named.region}' are not reachable in this region ('${call.region}')`);
  if (qualifier !== undefined && named.qualifier !== undefined && named.qualifier !== qualifier)
    throw invalidParameter('The derived qualifier from the function name does not match the specified qualifier.');
  return { ...named, qualifier: qualifier ?? named.qualifier };
}

/** For permissions, which are asked before the request is checked. Never throws. */
export function parseFunctionName(given: string | undefined, call: Where): NamedFunction {
  const [, region, account, name, qualifier] = form.exec(given ?? '') ?? [];
  return { region: region ?? call.region, account: account ?? call.account, name: name ?? given ?? '', qualifier };
}

export const functionArn = ({ region, account, name }: FunctionName, qualifier?: string): string =>
  formatArn('lambda', region, account, `function:${name}${qualifier === undefined ? '' : `:${qualifier}`}`);
