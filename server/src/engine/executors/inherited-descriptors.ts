/**
 * Node opens its own files so that programs it starts don't get them; what Node itself was born with (a pipe of the shell, a lock of whoever started
 * the server) it hands on. A run that outlives the server must not hold such a thing open, or whoever waits for its end waits for the run.
 */

import type { StdioOptions } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';

const closeOnExec = 0o2000000;

/** The descriptors above standard error that a started program would get. */
export async function inheritedDescriptors(): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc/self/fd')) {
    const info = await readFile(`/proc/self/fdinfo/${name}`, 'utf8').catch(() => '');
    const flags = /^flags:\s+([0-7]+)$/m.exec(info)?.[1];
    if (Number(name) > 2 && flags && (Number.parseInt(flags, 8) & closeOnExec) === 0) found.push(Number(name));
  }
  return found;
}

/** What `spawn` is to do so that the program finds `nullFile` in their places. */
export function withoutDescriptors(inherited: readonly number[], nullFile: number): StdioOptions {
  const stdio = new Array<'ignore' | number>(Math.max(2, ...inherited) + 1).fill('ignore');
  for (const descriptor of inherited) stdio[descriptor] = nullFile;
  return stdio;
}
