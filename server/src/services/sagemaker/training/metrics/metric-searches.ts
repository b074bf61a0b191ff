/** Searches logs for metrics in a thread of its own, which the first search starts. */
import { Worker } from 'node:worker_threads';
import type { FoundMetric, MetricDefinition } from './metric-scan.ts';

export interface MetricSearches {
  search(definitions: readonly MetricDefinition[], lines: readonly string[]): Promise<readonly FoundMetric[]>;
  stop(): Promise<void>;
}

interface Waiting {
  resolve(found: readonly FoundMetric[]): void;
  reject(error: Error): void;
}

export function metricSearches(): MetricSearches {
  let worker: Worker | undefined;
  let nextId = 0;
  const waiting = new Map<number, Waiting>();

  function begin(): Worker {
    const begun = new Worker(new URL('./metric-worker.ts', import.meta.url));
    begun.unref();
    begun.on('message', ({ id, found }: { id: number; found: readonly FoundMetric[] }) => {
      waiting.get(id)?.resolve(found);
      waiting.delete(id);
    });
    const end = (error: Error) => {
      worker = undefined;
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    };
    begun.on('error', end);
    begun.on('exit', () => end(new Error('the search for metrics ended')));
    return begun;
  }

  return {
    search(definitions, lines) {
      worker ??= begin();
      const id = nextId++;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        worker?.postMessage({ id, definitions, lines });
      });
    },
    async stop() {
      await worker?.terminate();
    },
  };
}
