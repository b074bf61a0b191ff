/** What programs and the system say names folders of the machine; whoever owns a job or an endpoint knows them by their names in the container. Pure. */
import type { SageMakerSettings } from './deps.ts';

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

export function withoutHostPaths(text: string, { runsDir, cacheDir }: Pick<SageMakerSettings, 'runsDir' | 'cacheDir'>) {
  const ml = new RegExp(`${escaped(runsDir)}(/[^/\\s'"]+){1,4}?/ml(?![^/\\s'",:)])`, 'g');
  return text.replace(ml, '/opt/ml').replaceAll(runsDir, '…').replaceAll(cacheDir, '…');
}
