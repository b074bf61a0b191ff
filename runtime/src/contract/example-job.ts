/** For tests: the folder of a training container as the platform would lay it out, in a temporary place. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

interface ExampleChannel {
  readonly type: string;
  readonly text: string;
}

export interface ExampleJob extends Disposable {
  readonly mlDir: string;
  write(file: string, content: string | Uint8Array): void;
  /** Undefined where there is none. */
  read(file: string): Buffer | undefined;
}

export function exampleFolder(): ExampleJob {
  const mlDir = mkdtempSync(join(tmpdir(), 'job-'));
  return {
    mlDir,
    write(file, content) {
      mkdirSync(dirname(join(mlDir, file)), { recursive: true });
      writeFileSync(join(mlDir, file), content);
    },
    read: (file) => (existsSync(join(mlDir, file)) ? readFileSync(join(mlDir, file)) : undefined),
    [Symbol.dispose]: () => rmSync(mlDir, { recursive: true, force: true }),
  };
}

export function exampleJob(
  hyperparameters: Readonly<Record<string, string>>,
  channels: Readonly<Record<string, ExampleChannel>>,
): ExampleJob {
  const job = exampleFolder();
  job.write('input/config/hyperparameters.json', JSON.stringify(hyperparameters));
  const config = Object.entries(channels).map(([name, { type }]) => [name, { ContentType: type }]);
  job.write('input/config/inputdataconfig.json', JSON.stringify(Object.fromEntries(config)));
  for (const [name, { text }] of Object.entries(channels)) job.write(`input/data/${name}/data`, text);
  return job;
}

export const csv = (text: string): ExampleChannel => ({ type: 'text/csv', text });
export const libsvm = (text: string): ExampleChannel => ({ type: 'text/libsvm', text });
