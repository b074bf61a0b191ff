/** What an alias may point to, and how it is shown. */
import type { AliasConfiguration, AliasRoutingConfiguration } from '@aws-sdk/client-lambda';
import { type Alias, latest } from '../functions/find-function.ts';
import { functionArn } from '../functions/function-name.ts';
import type { StoredFunction } from '../functions/function-store.ts';
import { functionNotFound, invalidParameter } from '../refusals.ts';
import type { SettingRow } from '../tables.ts';

export function checkAlias(fn: StoredFunction, version: string, routing: AliasRoutingConfiguration | undefined): void {
  if (!fn.versions.has(version)) throw functionNotFound(functionArn(fn.row, version));
  const weights = Object.entries(routing?.AdditionalVersionWeights ?? {});
  if (weights.length === 0) return;
  if (weights.length > 1)
    throw invalidParameter('Number of items in AdditionalVersionWeights cannot be greater than 1');
  if (version === latest)
    throw invalidParameter('$LATEST is not supported for an alias pointing to more than 1 version');
  for (const [other] of weights) {
    if (other === version)
      throw invalidParameter(
        `Invalid function version ${other}. Function version ${other} is already included in routing configuration.`,
      );
    if (!fn.versions.has(other)) throw functionNotFound(functionArn(fn.row, other));
  }
}

/** Without weights there is no routing. */
export const routingOf = (routing: AliasRoutingConfiguration | undefined): Pick<Alias, 'RoutingConfig'> =>
  Object.keys(routing?.AdditionalVersionWeights ?? {}).length > 0
    ? { RoutingConfig: { AdditionalVersionWeights: { ...routing?.AdditionalVersionWeights } } }
    : {};

export function shownAlias(fn: StoredFunction, { document, revision_id }: SettingRow): AliasConfiguration {
  const alias = JSON.parse(document) as AliasConfiguration;
  return { AliasArn: functionArn(fn.row, alias.Name), ...alias, RevisionId: revision_id };
}

export const aliasRow = (fn: StoredFunction, alias: Alias, revisionId: string): SettingRow => ({
  function_id: fn.row.id,
  kind: 'alias',
  qualifier: alias.Name,
  document: JSON.stringify(alias),
  revision_id: revisionId,
});
