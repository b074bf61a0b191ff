/**
 * What a requirements.txt adds to an environment: a layer, named by the hash of both. Packages that are installed here may run their own code
 * (setup.py of a source distribution), so pip is sandboxed where the machine can do that: it sees the layer's folder, the environment below it, and the network.
 * That code can change the layer's Python and no more: what is written here after it has run must never go by way of a link that it left.
 */
import { chmod, lstat, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Variables } from '../python-index/wheel.ts';
import { environmentFolder, hashOf } from './catalog.ts';
import { type Environment, findEnvironment, made, sitePackagesOf, writeOverlay } from './environment.ts';
import { packagesIn } from './packages.ts';
import { sandboxedPip } from './sandboxed-pip.ts';
import { CannotMake, type Say, spoken } from './uv.ts';

export interface LayerOptions {
  readonly requirements: string;
  /** bubblewrap's program. */
  readonly bubblewrap: string | undefined;
  readonly env: Variables;
  readonly say: Say;
}

export async function makeLayer(
  base: Environment,
  { requirements, bubblewrap, env, say }: LayerOptions,
): Promise<Environment> {
  const text = await readFile(requirements);
  const hash = hashOf(base.hash, base.name, text);
  const folder = environmentFolder(env, `${base.name}-with`, hash);
  if (!(await findEnvironment(folder)))
    say(
      `Installing what ${basename(requirements)} asks for beside the environment ${base.name}; this happens once for these requirements.`,
    );
  return made(folder, async (work) => {
    const prefix = join(work, 'python');
    await writeOverlay(prefix, base, base.sitePackages, base.systemSitePackages);
    await mkdir(join(work, 'tmp'));
    await writeFile(join(work, 'requirements.txt'), text);
    await install(base, work, { requirements, bubblewrap, env, say });
    await repoint(join(prefix, 'bin'), prefix, join(folder, 'python'));
    const sitePackages = [sitePackagesOf(join(folder, 'python'), base.version), ...base.sitePackages];
    await writeOverlay(join(work, 'overlay'), base, sitePackages, base.systemSitePackages);
    return {
      ...base,
      hash,
      overlay: join(folder, 'overlay'),
      places: [folder, ...base.places],
      path: [join(folder, 'python', 'bin'), ...base.path],
      sitePackages,
      packages: { ...base.packages, ...(await packagesIn([sitePackagesOf(prefix, base.version)])) },
    };
  });
}

async function install(base: Environment, work: string, { bubblewrap, env, say }: LayerOptions): Promise<void> {
  const { PATH = '/usr/bin:/bin' } = env;
  const handedOn = Object.entries(env).filter(([name]) =>
    /^(PIP_|SSL_CERT_|REQUESTS_CA_|https?_proxy|no_proxy|HTTPS?_PROXY|NO_PROXY|LANG)/.test(name),
  );
  const variables = {
    ...Object.fromEntries(handedOn),
    PATH: `${join(work, 'python', 'bin')}:${[...base.path, PATH].join(':')}`,
    HOME: join(work, 'tmp'),
    TMPDIR: join(work, 'tmp'),
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    PIP_NO_INPUT: '1',
    PIP_ROOT_USER_ACTION: 'ignore',
    // What the build of one package leaves must not be what another job installs.
    PIP_NO_CACHE_DIR: '1',
    PYTHONNOUSERSITE: '1',
  };
  const program = join(work, 'python', 'bin', 'python3');
  const words = ['-m', 'pip', 'install', '--progress-bar', 'off', '-r', join(work, 'requirements.txt')];
  const advice =
    'The requirements.txt beside the script could not be installed. Correct it, or, where the machine reaches no package index, name one in PIP_INDEX_URL or PIP_FIND_LINKS when starting the platform';
  const writable = [join(work, 'tmp'), join(work, 'python')];
  const install = [program, ...words];
  const filterFile = join(work, 'system-calls');
  const readable = [...base.places, work];
  const command = bubblewrap ? await sandboxedPip(bubblewrap, readable, writable, filterFile, install) : install;
  await spoken(command[0] ?? program, command.slice(1), variables, say, advice);
  await rm(filterFile, { force: true });
}

/** Programs that pip wrote name their Python by its path, which is another when the folder is renamed. */
async function repoint(bin: string, before: string, after: string): Promise<void> {
  if (!(await lstat(bin)).isDirectory())
    throw new CannotMake(`what requirements.txt asks for put something else in the place of the folder ${bin}`);
  for (const entry of await readdir(bin, { withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(bin, entry.name);
    const bytes = await readFile(file);
    if (bytes.subarray(0, 2).toString('latin1') !== '#!') continue;
    const text = bytes.toString('latin1');
    await writeFile(file, text.replace(before, after), 'latin1');
    await chmod(file, 0o755);
  }
}
