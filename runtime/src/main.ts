#!/usr/bin/env node
/** What runs inside a job or a model replica: one word, one piece of work. `--ml-dir` stands for /opt/ml. */
import { parseArgs } from 'node:util';

const usage = `usage: main.ts <train|evaluate|serve|probe|prepare> [--ml-dir DIR] [--algorithm xgboost] [--socket PATH]

  train     trains by the SageMaker container contract below --ml-dir
  evaluate  measures a model against thresholds (processing image clary/evaluate)
  serve     loads <ml-dir>/model and answers on the Unix socket
  probe     loads <ml-dir>/model and asks it once
  prepare   fetches XGBoost's library into the cache folder`;

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      'ml-dir': { type: 'string', default: '/opt/ml' },
      algorithm: { type: 'string', default: 'xgboost' },
      socket: { type: 'string' },
    },
  });
  const mlDir = values['ml-dir'];
  const libraryFile = async () => (await import('./xgboost/library.ts')).ensureLibrary(process.env, console.log);
  switch (positionals[0]) {
    case 'train':
      if (values.algorithm !== 'xgboost')
        throw new Error(`there is no algorithm "${values.algorithm}"; there is: xgboost`);
      return (await import('./xgboost/train.ts')).train({ mlDir, libraryFile });
    case 'evaluate':
      return (await import('./evaluate/evaluate.ts')).evaluate({ mlDir, env: process.env, libraryFile });
    case 'serve':
      if (!values.socket) throw new Error('serve needs --socket PATH');
      return (await import('./serve/serve.ts')).serve({ mlDir, socket: values.socket, libraryFile });
    case 'probe':
      return (await import('./probe/probe.ts')).probe({ mlDir, libraryFile });
    case 'prepare':
      console.log(await libraryFile());
      return 0;
    default:
      throw new Error(positionals[0] ? `there is no command "${positionals[0]}"` : 'a command is missing');
  }
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  process.exitCode = 2;
}
