/**
 * How the training toolkit interprets the name of a program:
 * https://github.com/aws/sagemaker-training-toolkit/blob/master/src/sagemaker_training/_entry_point_type.py. Pure.
 */

export type EntryPoint = 'python' | 'package' | 'command';

/** `names`: the files in the same folder. */
export function entryPointOf(program: string, names: readonly string[]): EntryPoint {
  if (program.endsWith('.sh')) return 'command';
  if (names.includes('setup.py')) return 'package';
  return program.endsWith('.py') ? 'python' : 'command';
}

export function commandOf(
  kind: EntryPoint,
  program: string,
  python: string,
  args: readonly string[],
): readonly [string, ...string[]] {
  if (kind === 'python') return [python, program, ...args];
  if (kind === 'package') return [python, '-m', program.replace(/\.py$/, ''), ...args];
  // Through a shell, which can run a script without #!.
  return ['/bin/sh', '-c', '"./$0" "$@"', program, ...args];
}

/** The shell command that installs the source's packages before the program; none if a layer of the environment has them. */
export function installation(kind: EntryPoint, names: readonly string[], hasLayer: boolean): string | undefined {
  const pip = 'python3 -m pip install --progress-bar off';
  const requirements = !hasLayer && kind !== 'command' && names.includes('requirements.txt');
  const steps = [
    ...(requirements ? [`${pip} -r requirements.txt`] : []),
    ...(kind === 'package' ? [`${pip} ${names.includes('pyproject.toml') ? '' : '--no-build-isolation '}.`] : []),
  ];
  return steps.length > 0 ? steps.map((step) => `${step} || exit`).join('\n') : undefined;
}
