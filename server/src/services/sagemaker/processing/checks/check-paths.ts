/** The paths at which a processing job may have inputs and outputs. Pure. */
import { plainPath } from '../plain-path.ts';

/** Folders that the system or the platform uses, with everything below them. */
const taken = [
  ...['/opt/ml/config', '/opt/python'],
  ...['/bin', '/boot', '/dev', '/etc', '/lib', '/lib32', '/lib64', '/libx32', '/proc', '/run', '/sbin', '/sys', '/usr'],
];
const takenThemselves = ['/', '/opt', '/opt/ml', '/tmp', '/root', '/home', '/var'];

/**
 * Why the path cannot be used; undefined if it can. AWS requires inputs to be below /opt/ml/processing; here, as for outputs, every unused path of the
 * container is allowed. `sandbox`: without it, the program can get only the job's own folder.
 */
export function pathFault(path: string, sandbox: boolean): string | undefined {
  if (!path.startsWith('/')) return 'is not an absolute path';
  const plain = plainPath(path);
  const names = plain.split('/').slice(1);
  const odd = (name: string) => name === '.' || name === '..' || Buffer.byteLength(name) > 255;
  if (names.some(odd) || /[\0\r\n]/.test(path)) return 'is not a plain path';
  if (takenThemselves.includes(plain) || taken.some((folder) => plain === folder || plain.startsWith(`${folder}/`)))
    return 'is a folder that the job or its system uses for something else';
  if (!sandbox && !plain.startsWith('/opt/ml/'))
    return "cannot be put there without bubblewrap on Clary's machine; use a path below /opt/ml";
  return undefined;
}
