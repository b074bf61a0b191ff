/** One spelling for each path: no slash twice, none at the end. Pure. */
export const plainPath = (path: string): string =>
  `/${path
    .split('/')
    .filter((name) => name !== '')
    .join('/')}`;
