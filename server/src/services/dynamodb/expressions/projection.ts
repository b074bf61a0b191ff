/** ProjectionExpression: `a, b.c, d[0]`. */
import { invalid } from '../invalid.ts';
import { parseWith, readPath } from './parse.ts';
import type { Path } from './paths.ts';
import { Faults, type Scope } from './scope.ts';

const noKeywords: ReadonlySet<string> = new Set();

export function parseProjection(text: string, scope: Scope): readonly Path[] {
  const faults = new Faults();
  const paths = parseWith('ProjectionExpression', text, (cursor) => {
    const parsing = { cursor, scope, faults, keywords: noKeywords };
    const read: Path[] = [];
    do read.push(readPath(parsing));
    while (cursor.takeSign(','));
    cursor.wantEnd();
    return read;
  });
  for (let at = 1; at < paths.length; at++) faults.checkPaths(paths.slice(0, at), paths[at] as Path);
  const fault = faults.firstOf(['reserved', 'name', 'overlap', 'conflict']);
  if (fault !== undefined) throw invalid(`Invalid ProjectionExpression: ${fault}`);
  return paths;
}
