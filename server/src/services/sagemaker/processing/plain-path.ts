/** Paths as a program calls them. Pure. */

/** One spelling for each path: no slash twice, none at the end. */
export const plainPath = (path: string): string =>
  `/${path
    .split('/')
    .filter((name) => name !== '')
    .join('/')}`;

/** Both plain. */
export const isIn = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);

/** The folders that hold all the others, each once, sorted. */
export function outermost(paths: readonly string[]): string[] {
  const unique = [...new Set(paths)].sort();
  return unique.filter((path) => !unique.some((other) => other !== path && isIn(path, other)));
}
