/** Replaces this machine's folders in messages of programs and of the system by their paths in the container, which the owner of the job or endpoint knows. Pure. */
import type { SageMakerSettings } from './deps.ts';

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

export function withoutHostPaths(text: string, { runsDir, cacheDir }: Pick<SageMakerSettings, 'runsDir' | 'cacheDir'>) {
  const ml = new RegExp(`${escaped(runsDir)}(/[^/\\s'"]+){1,4}?/ml(?![^/\\s'",:)])`, 'g');
  return text.replace(ml, '/opt/ml').replaceAll(runsDir, '…').replaceAll(cacheDir, '…');
}
