#!/usr/bin/env node
/** `clary …`: words in, what they ask for, words out. Each command is a module of its own, loaded when it is asked for. */
import { usage } from './usage.ts';

const [command = 'help', ...args] = process.argv.slice(2);

switch (command) {
  case 'up':
    (await import('./up.ts')).up(args);
    break;
  case 'env':
    await (await import('./env.ts')).env(args);
    break;
  case 'doctor':
    await (await import('./doctor.ts')).doctor(args);
    break;
  case 'demo':
    await (await import('./demo.ts')).demo(args);
    break;
  case 'help':
  case '--help':
  case '-h':
    console.log(usage);
    break;
  case '--version':
    console.log((await import('../package.json', { with: { type: 'json' } })).default.version);
    break;
  default:
    console.error(`clary: there is no command "${command}"\n\n${usage}`);
    process.exitCode = 2;
}
