/**
 * Node opens its own files so that child processes do not inherit them, but it passes on descriptors that it inherited itself (a pipe of the shell, a lock of the program
 * that started the server). A run that outlives the server must not hold them open: a program that waits for their end would wait for the run.
 */

import type { StdioOptions } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';

const closeOnExec = 0o2000000;

/** The descriptors above standard error that a child process would inherit. */
export async function inheritedDescriptors(): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc/self/fd')) {
    const info = await readFile(`/proc/self/fdinfo/${name}`, 'utf8').catch(() => '');
    const flags = /^flags:\s+([0-7]+)$/m.exec(info)?.[1];
    if (Number(name) > 2 && flags && (Number.parseInt(flags, 8) & closeOnExec) === 0) found.push(Number(name));
  }
  return found;
}

/** The options of `spawn` with which the program gets `nullFile` instead of them. */
export function withoutDescriptors(inherited: readonly number[], nullFile: number): StdioOptions {
  const stdio = new Array<'ignore' | number>(Math.max(2, ...inherited) + 1).fill('ignore');
  for (const descriptor of inherited) stdio[descriptor] = nullFile;
  return stdio;
}
