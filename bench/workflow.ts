/** What a newcomer waits for: start-up, idle memory, a training job, an endpoint, the whole demo. Medians of five. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { residentMiB, startPlatform } from './platform.ts';
import { median, printTable } from './table.ts';

const rounds = Number(process.env.BENCH_ROUNDS ?? 5);

export async function workflow(): Promise<void> {
  const starts: number[] = [];
  const memory: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await using platform = await startPlatform();
    starts.push(platform.startMs);
    memory.push(await residentMiB(platform.process.pid ?? 0));
  }
  const demos: Record<string, number>[] = [];
  for (let round = 0; round < rounds; round++) demos.push(await demo());
  const rows = Object.keys(demos[0] ?? {}).map((name) => [
    name,
    `${median(demos.map((figures) => figures[name] ?? Number.NaN)).toFixed(2)} s`,
  ]);
  printTable(
    ['what', `median of ${rounds}`],
    [
      ['server started → first answer', `${median(starts).toFixed(0)} ms`],
      ['idle memory, whole tree', `${median(memory).toFixed(0)} MiB`],
      ...rows,
    ],
  );
}

/** Runs `clary demo` once; answers the seconds of each stage and of the whole. */
async function demo(): Promise<Record<string, number>> {
  const program = fileURLToPath(new URL('../cli/src/main.ts', import.meta.url));
  const started = performance.now();
  const child = spawn(process.execPath, [program, 'demo'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  const status = await new Promise((resolve) => child.once('close', resolve));
  if (status !== 0) throw new Error(`the demo ended with status ${status}:\n${text}`);
  const stages = [...text.matchAll(/^\d+\. (.+) \(([\d.]+) s\)/gm)].map(([, name, seconds]) => [name, Number(seconds)]);
  return { ...Object.fromEntries(stages), 'the whole demo': (performance.now() - started) / 1000 };
}
