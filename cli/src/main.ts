#!/usr/bin/env node
/** `clary …`: finds the command and runs it. Each command is a module, loaded when it is used. */
import { commandHelp, readArguments, UsageError, unknownCommand } from './command.ts';
import { commands, usage } from './commands.ts';

const [name = 'help', ...args] = process.argv.slice(2);
const asksForHelp = (words: readonly string[]) => words.some((word) => word === '--help' || word === '-h');

async function run(): Promise<void> {
  if (Object.hasOwn(commands, name)) return runCommand(name, args);
  if (name === 'help' && args[0] !== undefined && Object.hasOwn(commands, args[0]))
    return runCommand(args[0], ['--help']);
  if (['help', '--help', '-h'].includes(name)) return console.log(usage);
  if (name === '--version')
    return console.log((await import('../package.json', { with: { type: 'json' } })).default.version);
  throw unknownCommand(name, [...Object.keys(commands), 'help']);
}

async function runCommand(word: string, words: readonly string[]): Promise<void> {
  const command = commands[word];
  if (!command) throw unknownCommand(word, Object.keys(commands));
  if (asksForHelp(words) && command.passesOn !== 'help') return console.log(commandHelp(word, command));
  return command.run(readArguments(word, command, words));
}

try {
  await run();
} catch (error) {
  const isCommand = Object.hasOwn(commands, name);
  console.error(`clary${isCommand ? ` ${name}` : ''}: ${error instanceof Error ? error.message : error}`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
