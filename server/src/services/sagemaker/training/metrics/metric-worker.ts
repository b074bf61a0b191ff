/** The thread in which logs are searched (metric-searches.ts): a job that prints a lot must not delay requests. */
import { parentPort } from 'node:worker_threads';
import { keepCompiled } from '../../../../kit/keep-compiled.ts';
import { type MetricDefinition, scanner } from './metric-scan.ts';

export interface SearchRequest {
  readonly id: number;
  readonly definitions: readonly MetricDefinition[];
  readonly lines: readonly string[];
}

/** Compiled expressions of the jobs that printed last. */
const scanners = new Map<string, ReturnType<typeof scanner>>();
const maxScanners = 64;

function scannerOf(definitions: readonly MetricDefinition[]): ReturnType<typeof scanner> {
  const key = JSON.stringify(definitions);
  const found = scanners.get(key) ?? scanner(definitions);
  scanners.delete(key);
  scanners.set(key, found);
  for (const oldest of scanners.keys()) {
    if (scanners.size <= maxScanners) break;
    scanners.delete(oldest);
  }
  return found;
}

parentPort?.on('message', ({ id, definitions, lines }: SearchRequest) => {
  parentPort?.postMessage({ id, found: scannerOf(definitions)(lines) });
});
keepCompiled();
