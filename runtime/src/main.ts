#!/usr/bin/env node
/** What runs inside a job or a model replica: one command, one piece of work. `--ml-dir` is the folder for /opt/ml. */
import { parseArgs } from 'node:util';
import { pulseThreadPool } from './thread-pool-pulse.ts';

pulseThreadPool();

const usage = `usage: main.ts <train|evaluate|serve|probe|prepare|prepare-model|feed> [--ml-dir DIR] [--algorithm NAME] [--image IMAGE] [--socket PATH] [--plan FILE]
       main.ts environments <list|make|prune> [NAME …] [--json] [--days N] [--all]

  train     trains by the SageMaker container contract below --ml-dir
  evaluate  measures a model against thresholds (processing image clary/evaluate)
  serve     loads <ml-dir>/model and answers on the Unix socket
  probe     loads <ml-dir>/model and asks it once; --algorithm any takes every known format
  prepare-model  makes the environment that rewrites models of an old XGBoost
  prepare   fetches XGBoost's library into the cache folder, and compiles what the others need
  feed      streams channels through named pipes, as the plan says
  environments  makes, lists and removes the Python environments of jobs`;

/** Wrong arguments, as opposed to an error while the command runs. */
class UsageError extends Error {}

function readArguments(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        'ml-dir': { type: 'string', default: '/opt/ml' },
        algorithm: { type: 'string', default: 'xgboost' },
        image: { type: 'string' },
        socket: { type: 'string' },
        plan: { type: 'string' },
      },
    });
    const [command, ...rest] = positionals;
    if (rest.length > 0) throw new UsageError(`${command} takes no further arguments: ${rest.join(' ')}`);
    const { 'ml-dir': mlDir, algorithm, image, socket, plan } = values;
    return { command, mlDir, algorithm, image, socket, plan };
  } catch (error) {
    throw new UsageError((error as Error).message.split('. To specify')[0]);
  }
}

/** So that their code is in NODE_COMPILE_CACHE: a sandboxed program can read it but not write to it. */
const compileAll = () =>
  Promise.all([
    import('./xgboost/train.ts'),
    import('./evaluate/evaluate.ts'),
    import('./probe/probe.ts'),
    import('./serve/serve.ts'),
    import('./feed/feed.ts'),
  ]);

/** What models/convert.ts runs in. One that is there is left as it is. */
async function makeConverter(): Promise<void> {
  await (await import('./environments/make.ts')).makeLocked('xgboost-1.7', process.env, console.log);
}

async function run(args: readonly string[]): Promise<number> {
  if (args[0] === 'environments')
    return (await import('./environments/command.ts')).environments(args.slice(1), process.env, console.log);
  const { command, mlDir, algorithm, image, socket, plan } = readArguments(args);
  const libraryFile = async () => (await import('./xgboost/library.ts')).ensureLibrary(process.env, console.log);
  const convert = async (file: string) => {
    // Another Python of this machine may do.
    await makeConverter().catch((error: Error) => console.log(error.message.split('\n')[0]));
    return (await import('./models/convert.ts')).convertModel(file, { env: process.env, say: console.log });
  };
  switch (command) {
    case 'train':
      if (algorithm !== 'xgboost') throw new UsageError(`there is no algorithm "${algorithm}"; there is: xgboost`);
      return (await import('./xgboost/train.ts')).train({ mlDir, libraryFile, env: process.env, image });
    case 'evaluate':
      return (await import('./evaluate/evaluate.ts')).evaluate({ mlDir, env: process.env, libraryFile });
    case 'serve':
      if (!socket) throw new UsageError('serve needs --socket PATH');
      return (await import('./serve/serve.ts')).serve({ mlDir, socket, libraryFile, convert });
    case 'probe':
      return (await import('./probe/probe.ts')).probe({ mlDir, libraryFile, algorithm });
    case 'feed':
      if (!plan) throw new UsageError('feed needs --plan FILE');
      // Threads that wait for a reader would keep the process for ever.
      return process.exit(await (await import('./feed/feed.ts')).feed(plan));
    case 'prepare':
      await compileAll();
      console.log(await libraryFile());
      return 0;
    case 'prepare-model':
      await makeConverter();
      return 0;
    default:
      throw new UsageError(command ? `there is no command "${command}"` : 'a command is missing');
  }
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  const isUsage = error instanceof UsageError;
  const text = error instanceof Error ? error.message : String(error);
  console.error(isUsage ? `${text}\n\n${usage}` : text);
  process.exitCode = isUsage ? 2 : 1;
}
