/** Which Python opens a model: environments as the making of environments describes them, above the machine's own Python. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { environmentsFolder } from '../environments/catalog.ts';
import { made, writeOverlay } from '../environments/environment.ts';
import { askInterpreter } from '../environments/interpreter.ts';
import type { Format } from './formats.ts';
import { findPython } from './model-python.ts';

const interpreter = await askInterpreter('/usr/bin/python3');
const env = { PATH: '/usr/bin:/bin', HOME: '/tmp' };

/** A machine with environments: name → packages, in the order of their last use. */
async function machine(environments: Record<string, Record<string, string>>) {
  const cache = mkdtempSync(join(tmpdir(), 'model-python-'));
  const said: string[] = [];
  const variables: Record<string, string> = { ...env, CLARY_CACHE_DIR: cache };
  for (const [i, [name, packages]] of Object.entries(environments).entries()) {
    const folder = join(environmentsFolder(variables), `${name}-1`);
    await made(folder, async (work) => {
      await writeOverlay(join(work, 'overlay'), interpreter, [], false);
      const { executable, version } = interpreter;
      const overlay = join(folder, 'overlay');
      const plain = { places: [folder], path: [], sitePackages: [], systemSitePackages: false };
      return { ...plain, name, hash: '1', version, overlay, packages, executable };
    });
    utimesSync(join(folder, 'environment.json'), 1000 + i, 1000 + i);
  }
  return {
    said,
    variables,
    folderOf: (name: string) => join(environmentsFolder(variables), `${name}-1`),
    async opens(format: Format, file: string, bytes: string, more: Record<string, string> = {}): Promise<string> {
      mkdirSync(join(cache, 'model'), { recursive: true });
      writeFileSync(join(cache, 'model', file), bytes, 'latin1');
      const tools = { env: { ...variables, ...more }, say: (line: string) => void said.push(line) };
      return (await findPython(join(cache, 'model'), { format, file }, tools, env)).executable;
    },
    [Symbol.dispose]: () => rmSync(cache, { recursive: true }),
  };
}

const pickled = (version: string) => `\x80\x04\x8c\x10_sklearn_version\x94\x8c\x05${version}\x94`;

describe('findPython', () => {
  test('takes the environment that has the format’s package, and says so', async () => {
    using here = await machine({
      'pytorch-2': { torch: '2.8.0' },
      'huggingface-pytorch': { torch: '2.8.0' },
      'tensorflow-2': { 'tensorflow-cpu': '2.20.0' },
    });
    const latest = join(here.folderOf('huggingface-pytorch'), 'overlay/bin/python3');
    assert.equal(await here.opens('torch', 'model.pth', ''), latest);
    assert.match(here.said[0] ?? '', /^the model is opened in the environment huggingface-pytorch \(1\), Python 3\./);
    const tensorflow = join(here.folderOf('tensorflow-2'), 'overlay/bin/python3');
    assert.equal(await here.opens('tensorflow', 'saved_model.pb', ''), tensorflow);
    const code = 'import json\nfrom torch import nn\ndef model_fn(d): ...\n';
    assert.equal(await here.opens('inference code', 'inference.py', code), latest);
  });

  test('takes the scikit-learn that wrote the model, though another was used later', async () => {
    using here = await machine({
      'scikit-learn-1.4': { joblib: '1.6.0', 'scikit-learn': '1.4.2' },
      'scikit-learn-1.2': { joblib: '1.6.0', 'scikit-learn': '1.2.1' },
    });
    const python = (name: string) => join(here.folderOf(name), 'overlay/bin/python3');
    assert.equal(await here.opens('joblib', 'model.joblib', pickled('1.4.2')), python('scikit-learn-1.4'));
    assert.equal(await here.opens('joblib', 'model.joblib', 'compressed'), python('scikit-learn-1.2'));
  });

  test('takes the Python that was named before any other, and the machine’s where no environment has the package', async () => {
    using here = await machine({ 'pytorch-2': { torch: '2.8.0' } });
    const named = { CLARY_PYTHON: '/usr/bin/python3' };
    assert.equal(await here.opens('torch', 'model.pth', '', named), '/usr/bin/python3');
    assert.equal(await here.opens('tensorflow', 'saved_model.pb', ''), '/usr/bin/python3');
    assert.deepEqual(here.said, []);
  });

  test('skips an environment whose Python was removed', async () => {
    using here = await machine({ 'pytorch-2': { torch: '2.8.0' } });
    rmSync(join(here.folderOf('pytorch-2'), 'overlay/bin/python3'));
    assert.equal(await here.opens('torch', 'model.pth', ''), '/usr/bin/python3');
  });
});
