/** Members of requests that ask for what is not built: refused by name, so that nothing is promised. */
import { invalidParameter } from '../invalid.ts';

const unbuilt: readonly (readonly [name: string, asks: (value: never) => boolean])[] = [
  ['StreamSpecification', (value: { StreamEnabled?: boolean }) => value.StreamEnabled === true],
  ['SSESpecification', (value: { Enabled?: boolean }) => value.Enabled === true],
  ['ResourcePolicy', () => true],
  ['ReplicaUpdates', () => true],
  ['GlobalTableWitnessUpdates', () => true],
  ['MultiRegionConsistency', () => true],
  ['GlobalTableSettingsReplicationMode', () => true],
  ['GlobalTableSourceArn', () => true],
  ['WarmThroughput', () => true],
];

export function refuseUnbuilt(input: object): void {
  const given = input as Readonly<Record<string, never>>;
  for (const [name, asks] of unbuilt)
    if (given[name] !== undefined && asks(given[name])) throw invalidParameter(`${name} is not supported`);
}
