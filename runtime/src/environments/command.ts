/** The runtime's commands for environments: `environments make NAME`, `environments list`, `environments prune`. */
import { readFile, rename, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Variables } from '../python-index/wheel.ts';
import { environmentNames } from './catalog.ts';
import type { Environment } from './environment.ts';
import { makeLayer } from './layer.ts';
import { listEnvironments, pruneEnvironments, shownList } from './list.ts';
import { makeLocked, makeSystem } from './make.ts';
import type { Say } from './uv.ts';

const options = {
  /** A Python of this machine to use as the environment. */
  python: { type: 'string' },
  requirements: { type: 'string' },
  bubblewrap: { type: 'string' },
  /** Where to write the result, as JSON. */
  result: { type: 'string' },
  json: { type: 'boolean', default: false },
  days: { type: 'string', default: '30' },
  all: { type: 'boolean', default: false },
} as const;

export async function environments(args: readonly string[], env: Variables, say: Say): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  const [command = 'list', ...names] = positionals;
  switch (command) {
    case 'list': {
      const found = await listEnvironments(env);
      say(values.json ? JSON.stringify(found, null, 2) : shownList(found));
      return 0;
    }
    case 'make': {
      for (const name of names.length > 0 ? names : await environmentNames()) {
        const environment = await make(name, values, env, say);
        if (values.result) await keep(values.result, environment);
        say(`${environment.name} (Python ${environment.version}) is there: ${environment.overlay}`);
      }
      return 0;
    }
    case 'prune': {
      if (!/^\d+$/.test(values.days)) throw new Error(`--days must be a whole number, not "${values.days}"`);
      for (const line of await pruneEnvironments(env, values.all ? 0 : Number(values.days))) say(line);
      return 0;
    }
    default:
      throw new Error(`there is no "environments ${command}"; there are: list, make, prune`);
  }
}

interface MakeValues {
  readonly python?: string | undefined;
  readonly requirements?: string | undefined;
  readonly bubblewrap?: string | undefined;
}

async function make(
  name: string,
  { python, requirements, bubblewrap }: MakeValues,
  env: Variables,
  say: Say,
): Promise<Environment> {
  const base = python ? await makeSystem(name, python, env, say) : await makeLocked(name, env, say);
  const asksForMore = requirements && /^\s*[^\s#]/m.test(await readFile(requirements, 'utf8'));
  const environment = asksForMore ? await makeLayer(base, { requirements, bubblewrap, env, say }) : base;
  const now = new Date();
  for (const { overlay } of new Set([base, environment]))
    await utimes(join(overlay, '..', 'environment.json'), now, now);
  return environment;
}

async function keep(file: string, environment: Environment): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify(environment));
  await rename(`${file}.new`, file);
}
