/**
 * Which Python opens a model: the one that CLARY_PYTHON names; else an environment of script jobs that has the packages which the model needs, for
 * a job trained it in one; else the machine's python3. Makes no environment: the gate has no network.
 */
import { execFile } from 'node:child_process';
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ClientError } from '../contract/client-error.ts';
import { environmentsFolder } from '../environments/catalog.ts';
import { type Environment, findEnvironment } from '../environments/environment.ts';
import type { Found } from './formats.ts';
import type { ModelTools } from './open-model.ts';

export interface ModelPython {
  readonly executable: string;
  /** The folder of its files. */
  readonly folders: readonly string[];
}

/** Answered by the interpreter alone, before any model is near it. */
const question = `
import json, os, site, sys
user = site.getusersitepackages() if site.ENABLE_USER_SITE else ""
print(json.dumps({"executable": sys.executable, "folders": [p for p in {sys.prefix, sys.base_prefix, sys.exec_prefix, user} if p and os.path.isdir(p)]}))
`;

type Env = Readonly<Record<string, string>>;

/** `env`: what a Python may know of this process's environment. */
export async function findPython(folder: string, found: Found, tools: ModelTools, env: Env): Promise<ModelPython> {
  const { CLARY_PYTHON: named } = tools.env;
  if (!named) {
    const wanted = await needsOf(folder, found);
    for (const environment of wanted.modules.length > 0 ? await environmentsWith(wanted, tools.env) : []) {
      const { overlay, places, name, hash, version } = environment;
      const answer = await ask(join(overlay, 'bin', 'python3'), env).catch(() => undefined);
      if (!answer) continue;
      tools.say(`the model is opened in the environment ${name} (${hash}), Python ${version}`);
      return { ...answer, folders: [...answer.folders, ...places] };
    }
  }
  return findNamed(tools, env);
}

function findNamed(tools: ModelTools, env: Env): Promise<ModelPython> {
  const python = tools.env.CLARY_PYTHON || 'python3';
  return ask(python, env).catch((error) => {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'it is not installed' : message.trim();
    throw new ClientError(`the model needs Python, and ${python} (CLARY_PYTHON) cannot be run: ${why}`);
  });
}

/** What reads XGBoost's binary format and writes its JSON: 1.6 is the first to write it from memory, 3.1 the first that cannot read it. */
const converts = /^(1\.[67]|2\.\d+|3\.0)\./;

/** The Python that rewrites old models: an environment of script jobs with such an XGBoost, the oldest first; else as for other models. */
export async function findConverter(tools: ModelTools, env: Env): Promise<ModelPython> {
  const wanted = { modules: ['xgboost'] };
  const versionOf = ({ packages }: Environment) => packages.xgboost ?? packages['xgboost-cpu'] ?? '';
  // Packages of one requirements.txt must not change other models.
  const isPlain = ({ overlay, name }: Environment) => !basename(dirname(overlay)).startsWith(`${name}-with-`);
  const able = (await environmentsWith(wanted, tools.env)).filter(
    (one) => converts.test(versionOf(one)) && isPlain(one),
  );
  able.sort((a, b) => versionOf(a).localeCompare(versionOf(b)));
  for (const { overlay, places } of able) {
    const answer = await ask(join(overlay, 'bin', 'python3'), env).catch(() => undefined);
    if (answer) return { ...answer, folders: [...answer.folders, ...places] };
  }
  return findNamed(tools, env);
}

async function ask(python: string, env: Env): Promise<ModelPython> {
  return JSON.parse((await promisify(execFile)(python, ['-c', question], { env })).stdout);
}

/** What pip calls the packages that bring a module. */
const packagesOf: Readonly<Record<string, readonly string[]>> = {
  joblib: ['joblib'],
  sklearn: ['scikit-learn'],
  tensorflow: ['tensorflow', 'tensorflow-cpu'],
  torch: ['torch'],
  transformers: ['transformers'],
  xgboost: ['xgboost', 'xgboost-cpu'],
};

interface Needs {
  readonly modules: readonly string[];
  /** Of the scikit-learn that wrote the model, where it can be read. */
  readonly scikitLearn?: string | undefined;
}

async function needsOf(folder: string, { format, file }: Found): Promise<Needs> {
  if (format === 'torch' || format === 'tensorflow') return { modules: [format] };
  if (format === 'joblib') {
    return { modules: ['joblib', 'sklearn'], scikitLearn: await scikitLearnOf(join(folder, file)) };
  }
  const code = await readFile(join(folder, file), 'utf8');
  const imported = [...code.matchAll(/^[ \t]*(?:import|from)[ \t]+(\w+)/gm)].map(([, module = '']) => module);
  return { modules: [...new Set(imported)].filter((module) => Object.hasOwn(packagesOf, module)) };
}

const mostBytes = 64 * 2 ** 20;

/** Estimators write their version into their state: sklearn.base.BaseEstimator.__getstate__. A compressed file does not show it. */
async function scikitLearnOf(path: string): Promise<string | undefined> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const start = Buffer.alloc(Math.min(size, mostBytes));
    await file.read(start, 0, start.length, 0);
    return /_sklearn_version[^\d]{1,4}(\d+\.\d+(?:\.\d+)?)/.exec(start.toString('latin1'))?.[1];
  } finally {
    await file.close();
  }
}

/** Those that have it all: first one of the very version, then the one that a job used last. */
async function environmentsWith({ modules, scikitLearn }: Needs, env: ModelTools['env']): Promise<Environment[]> {
  const root = environmentsFolder(env);
  const found: { environment: Environment; usedAt: number; fits: boolean }[] = [];
  for (const name of await readdir(root).catch(() => [])) {
    const environment = await findEnvironment(join(root, name));
    if (!environment) continue;
    const { packages } = environment;
    if (!modules.every((module) => packagesOf[module]?.some((one) => packages[one] !== undefined))) continue;
    const { mtimeMs } = await stat(join(root, name, 'environment.json'));
    found.push({ environment, usedAt: mtimeMs, fits: packages['scikit-learn'] === scikitLearn });
  }
  found.sort((a, b) => Number(b.fits) - Number(a.fits) || b.usedAt - a.usedAt);
  return found.map(({ environment }) => environment);
}
