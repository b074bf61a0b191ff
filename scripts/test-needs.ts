/**
 * What a test needs beyond Node, read from its text and from the files of test/ that it imports: the names of the variables in which set-up.ts tells where
 * things are (CLARY_TEST_…).
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

const imported = /^(?:import|export)[^'"]*['"](\.{1,2}\/[^'"]+)['"]/gm;
const variable = /CLARY_TEST_[A-Z0-9_]+/g;
/** test/clients/client.ts takes the variable's last part. */
const client = /startClient\(\s*'([A-Z0-9]+)'/g;

export function needsOf(file: string, seen = new Map<string, ReadonlySet<string>>()): ReadonlySet<string> {
  const known = seen.get(file);
  if (known) return known;
  const needs = new Set<string>();
  seen.set(file, needs);
  if (!existsSync(file)) return needs;
  const text = readFileSync(file, 'utf8');
  for (const [name] of text.matchAll(variable)) needs.add(name);
  for (const [, name] of text.matchAll(client)) needs.add(`CLARY_TEST_${name}`);
  for (const [, path = ''] of text.matchAll(imported)) {
    const next = resolve(dirname(file), path);
    if (!/\/test\//.test(next)) continue;
    for (const name of needsOf(next, seen)) needs.add(name);
  }
  return needs;
}
