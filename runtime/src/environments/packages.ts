/** Which packages are in a site-packages folder, by the names of their dist-info folders: https://packaging.python.org/en/latest/specifications/recording-installed-packages/ */
import { readdir } from 'node:fs/promises';

export async function packagesIn(folders: readonly string[]): Promise<Record<string, string>> {
  const packages: Record<string, string> = {};
  for (const folder of folders) {
    for (const name of (await readdir(folder).catch(() => [])).sort()) {
      const [, project, version] = /^(.+?)-([^-]+)\.(?:dist|egg)-info$/.exec(name) ?? [];
      if (project && version) packages[project.toLowerCase().replaceAll(/[-_.]+/g, '-')] ??= version;
    }
  }
  return packages;
}
