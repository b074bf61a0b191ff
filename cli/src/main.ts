#!/usr/bin/env node
/** `clary …`: words in, what they ask for, words out. Each command is a module of its own, loaded when it is asked for. */
import { usage } from './usage.ts';

const [command = 'help', ...args] = process.argv.slice(2);

async function run(): Promise<void> {
  switch (command) {
    case 'up':
      return (await import('./up.ts')).up(args);
    case 'env':
      return (await import('./env.ts')).env(args);
    case 'doctor':
      return (await import('./doctor.ts')).doctor(args);
    case 'demo':
      return (await import('./demo.ts')).demo(args);
    case 'environments':
      return (await import('./environments.ts')).environments(args);
    case 'help':
    case '--help':
    case '-h':
      return console.log(usage);
    case '--version':
      return console.log((await import('../package.json', { with: { type: 'json' } })).default.version);
    default:
      console.error(`clary: there is no command "${command}"\n\n${usage}`);
      process.exitCode = 2;
  }
}

try {
  await run();
} catch (error) {
  const { message = String(error), code = '' } = error as NodeJS.ErrnoException;
  const isUsage = code.startsWith('ERR_PARSE_ARGS');
  console.error(`clary ${command}: ${isUsage ? `${message.split('. ')[0]}\n\n${usage}` : message}`);
  process.exitCode = isUsage ? 2 : 1;
}
