/**
 * `clary down`: ends the server of a data folder; with --all also what it left running. A program of its own, because it must
 * work for a server that hangs or was killed.
 */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Config, readConfig } from './config.ts';
import { lockFolder, serversOf } from './data-folder.ts';
import { executorByKind } from './engine/executors/by-kind.ts';
import { containerExecutor } from './engine/executors/container.ts';
import { findContainerSocket } from './engine/executors/container-socket.ts';
import { processExecutor } from './engine/executors/process.ts';
import { createLog } from './kit/log.ts';
import { describeRuns, killRun, runningBelow } from './runs-left.ts';

const lookEveryMs = 25;
const patienceMs = 60_000;

/** False if no server ran. Several may share the folder, on PostgreSQL. */
async function endServers(dataDir: string): Promise<boolean> {
  const pids = await serversOf(dataDir);
  for (const pid of pids) process.kill(pid, 'SIGTERM');
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const running = await serversOf(dataDir);
    const pid = pids.find((one) => running.includes(one));
    if (pid === undefined) return pids.length > 0;
    if (performance.now() > deadline)
      throw new Error(
        `the server (process ${pid}) still stops after ${patienceMs / 1000} s\nWait and run the command again, or end it with: kill -9 ${pid}`,
      );
    await delay(lookEveryMs);
  }
}

async function executorOf({ dataDir, containerSockets, logLevel }: Config) {
  const log = createLog(logLevel, (line) => process.stderr.write(line));
  const socket = await findContainerSocket(containerSockets);
  return executorByKind({
    process: processExecutor({ log }),
    container: socket ? containerExecutor({ socket, dataDir, pull: false, log }) : undefined,
  });
}

async function down(config: Config, all: boolean): Promise<void> {
  const { dataDir } = config;
  const runsDir = join(dataDir, 'runs');
  const ended = await endServers(dataDir);
  console.log(ended ? `The server of ${dataDir} has stopped.` : `No server runs in ${dataDir}.`);
  const executor = await executorOf(config);
  const running = await runningBelow(runsDir, executor);
  const left = describeRuns(runsDir, running);
  if (!left) return;
  if (!all) return console.log(`Still running: ${left}. To end them too: npx clary down --all --data ${dataDir}`);
  // No server may start while runs are ended: it would start new ones.
  const lock = await lockFolder(dataDir);
  // The executor's own watch does not keep a process alive.
  const alive = setInterval(() => {}, patienceMs);
  try {
    await Promise.all(running.map((dir) => killRun(dir, executor)));
  } finally {
    clearInterval(alive);
    await lock.release();
  }
  console.log(`Ended: ${left}. The next start finds jobs as failed and starts the models of endpoints again.`);
}

const args = process.argv.slice(2);
try {
  await down(
    readConfig(
      args.filter((word) => word !== '--all'),
      process.env,
    ),
    args.includes('--all'),
  );
  process.exit();
} catch (error) {
  console.error(`clary down: ${(error as Error).message}`);
  process.exit(1);
}
