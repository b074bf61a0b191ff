/** Where in its container a processing job may have inputs and outputs. Pure. */
import { plainPath } from '../plain-path.ts';

/** Folders that the system, or the platform, has for something else; what is in them, too. */
const taken = [
  ...['/opt/ml/config', '/opt/python'],
  ...['/bin', '/boot', '/dev', '/etc', '/lib', '/lib32', '/lib64', '/libx32', '/proc', '/run', '/sbin', '/sys', '/usr'],
];
const takenThemselves = ['/', '/opt', '/opt/ml', '/tmp', '/root', '/home', '/var'];

/**
 * Why the path cannot be used, undefined where it can. AWS asks for paths below /opt/ml/processing of inputs; here, as for its outputs, every path of the
 * container that is free will do. `sandbox`: without it only the job's own folder can be given to the program.
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
