/**
 * The file of the setting --images: a JSON list of `{"pattern": "my-registry/*", "runs": "container"}`. Read at the start. An entry that is not valid stops
 * the start: running an image differently than its owner configured is worse than not running it.
 */
import { readFile } from 'node:fs/promises';
import { type ImageEntry, runtimes } from './images.ts';
import { pythonEnvironments } from './python-images.ts';

const kinds = Object.keys(runtimes) as (keyof typeof runtimes)[];

export async function readImages(file: string): Promise<ImageEntry[]> {
  const refuse = (why: string) => new Error(`the images file ${file}${why}`);
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw refuse(` could not be read: ${error.message}`);
  });
  let entries: unknown;
  try {
    entries = JSON.parse(text);
  } catch (error) {
    throw refuse(` is not JSON: ${(error as Error).message}`);
  }
  if (!Array.isArray(entries)) throw refuse(' must hold a list: [{"pattern": "my-registry/*", "runs": "container"}]');
  return entries.map((entry, i) => entryOf(entry, (why) => refuse(`: entry ${i + 1} ${why}`)));
}

function entryOf(entry: unknown, refuse: (why: string) => Error): ImageEntry {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry))
    throw refuse(`must be an object, not ${JSON.stringify(entry)}`);
  const { pattern, runs, ...others } = entry as Record<string, unknown>;
  const [other] = Object.keys(others);
  if (other !== undefined) throw refuse(`has ${JSON.stringify(other)}; it may have "pattern" and "runs"`);
  if (typeof pattern !== 'string' || !/^[^\s]{1,255}$/.test(pattern))
    throw refuse(`needs a "pattern": an image, in which * stands for any characters, not ${JSON.stringify(pattern)}`);
  const named = { pattern: patternOf(pattern), shown: pattern };
  const python = typeof runs === 'string' ? pythonEnvironments[/^python:(.*)$/.exec(runs)?.[1] ?? ''] : undefined;
  if (python) return { ...named, uses: ['training', 'processing'], runtime: () => python };
  const kind = kinds.find((name) => name === runs);
  if (!kind) {
    const all = [...kinds, ...Object.keys(pythonEnvironments).map((name) => `python:${name}`)];
    throw refuse(`needs "runs": one of ${all.join(', ')}, not ${JSON.stringify(runs)}`);
  }
  return { ...named, ...runtimes[kind] };
}

/** Two adjacent stars mean the same as one and would make the match slow. */
const patternOf = (text: string) => new RegExp(`^${text.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*+/g, '.*')}$`);
