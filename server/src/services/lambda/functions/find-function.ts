/** From what a caller named to the version that it means. */
import type { Call } from '../../../contract/call.ts';
import type { Access } from '../../../contract/operation.ts';
import type { LambdaDeps } from '../deps.ts';
import { functionNotFound } from '../refusals.ts';
import type { SettingRow } from '../tables.ts';
import { functionArn, type NamedFunction, parseFunctionName, readFunctionName } from './function-name.ts';
import type { StoredFunction, StoredVersion } from './function-store.ts';

export const latest = '$LATEST';

/** What an alias points to, as it is kept. */
export interface Alias {
  readonly Name: string;
  readonly FunctionVersion: string;
  readonly Description: string;
  readonly RoutingConfig?: { readonly AdditionalVersionWeights?: Readonly<Record<string, number>> } | undefined;
}

export interface FoundFunction {
  readonly named: NamedFunction;
  readonly fn: StoredFunction;
}

/** Throws ResourceNotFoundException. */
export async function findFunction(
  given: string,
  qualifier: string | undefined,
  call: Call,
  deps: LambdaDeps,
): Promise<FoundFunction> {
  const named = readFunctionName(given, qualifier, call);
  const fn = await deps.functions.find(named);
  if (!fn) throw functionNotFound(functionArn(named, named.qualifier));
  return { named, fn };
}

/** The version that a qualifier means: its own, or the one that an alias picks. `at`: from 0 to 1, for weights. */
export function versionOf({ named, fn }: FoundFunction, at = 0): StoredVersion {
  const { qualifier = latest } = named;
  const version = fn.versions.get(qualifier);
  if (version) return version;
  const alias = aliasOf(fn, qualifier);
  const picked = alias && fn.versions.get(pick(alias, at));
  if (!picked) throw functionNotFound(functionArn(named, named.qualifier));
  return picked;
}

function pick({ FunctionVersion: main, RoutingConfig: routing }: Alias, at: number): string {
  let rest = at;
  for (const [version, weight] of Object.entries(routing?.AdditionalVersionWeights ?? {})) {
    if (rest < weight) return version;
    rest -= weight;
  }
  return main;
}

export function settingOf(fn: StoredFunction, kind: SettingRow['kind'], qualifier: string): SettingRow | undefined {
  return fn.settings.find((setting) => setting.kind === kind && setting.qualifier === qualifier);
}

export function aliasOf(fn: StoredFunction, name: string): Alias | undefined {
  const row = settingOf(fn, 'alias', name);
  return row && (JSON.parse(row.document) as Alias);
}

/** The permission that an operation on a function needs. Never throws: it is asked before the request is checked. */
export function functionAccess(
  action: string,
  { services = false }: { readonly services?: boolean } = {},
): (
  input: { readonly FunctionName?: string | undefined; readonly Qualifier?: string | undefined },
  call: Call,
  deps: LambdaDeps,
) => Access[] | Promise<Access[]> {
  return (input, call, deps) => {
    const named = parseFunctionName(input.FunctionName, call);
    const qualifier = input.Qualifier ?? named.qualifier;
    const found = deps.functions.find(named);
    const make = (fn: StoredFunction | undefined) => [accessTo(action, { ...named, qualifier }, fn, services)];
    return found instanceof Promise ? found.then(make) : make(found);
  };
}

export function accessTo(
  action: string,
  named: NamedFunction,
  fn: StoredFunction | undefined,
  services = false,
): Access {
  const { qualifier } = named;
  const policy = fn && settingOf(fn, 'policy', qualifier === undefined || qualifier === latest ? '' : qualifier);
  return {
    action: `lambda:${action}`,
    resource: functionArn(named, qualifier === latest ? undefined : qualifier),
    ...(fn && { resourceTags: fn.tags }),
    resourcePolicy: { account: named.account, document: policy?.document, ...(services && { asksServices: true }) },
  };
}
