/**
 * XGBoost models in the formats that AWS's containers saved and that are not read here: the binary format (images 1.3 to 1.7) and pickles (older images).
 * Rewritten as JSON by a sandboxed Python, once, when the model is loaded. Never unpickles in this process.
 */
import { once } from 'node:events';
import { dirname } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { findConverter } from './model-python.ts';
import type { ModelTools } from './open-model.ts';
import { plainEnvironment, spawnPython } from './sandboxed-python.ts';

const script = fileURLToPath(new URL('../../python/clary_convert.py', import.meta.url));
const newline = 0x0a;

/** The file's model as XGBoost's JSON or UBJSON. Throws where it is none. */
export async function convertModel(file: string, tools: ModelTools): Promise<Uint8Array> {
  const python = await findConverter(tools, plainEnvironment(tools.env));
  const child = await spawnPython(python, script, dirname(file), [file], tools);
  // Whatever ends the process ends its output; a program that cannot be started rejects the first.
  const exited = once(child, 'exit');
  child.stdin?.on('error', () => {}).end();
  const [[status, signal], answer] = await Promise.all([exited, child.stdout ? buffer(child.stdout) : Buffer.alloc(0)]);
  const end = answer.indexOf(newline);
  if (end === -1)
    throw new Error(
      `Python, which converts it, ended with ${signal ?? `status ${status}`}; what it said is in the log`,
    );
  const { error, bytes } = JSON.parse(answer.toString('utf8', 0, end)) as { error?: string; bytes?: number };
  if (error !== undefined) throw new Error(error);
  const model = answer.subarray(end + 1);
  if (model.length !== bytes) throw new Error('Python, which converts it, ended before it had written all of it');
  tools.say('the model was rewritten as JSON: it is a pickle or in the binary format of an old XGBoost');
  return model;
}
