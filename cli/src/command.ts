/** What a command of `clary` is: its flags and examples are data, from which its help is printed and its arguments are parsed. */
import { parseArgs } from 'node:util';
import { closest } from './closest.ts';

export interface Flag {
  /** The placeholder of the value in the help; absent for a switch. */
  readonly value?: string;
  readonly doc: string;
}

export interface Command {
  readonly summary: string;
  /** What may follow beside flags: how it is shown, what it means. */
  readonly words?: { readonly shown: string; readonly doc: string; readonly most: number };
  readonly flags: Readonly<Record<string, Flag>>;
  /** Command line → what it does. */
  readonly examples: Readonly<Record<string, string>>;
  /** Words go as they are to a program of another package, which checks them. `help`: it prints its help, too. */
  readonly passesOn?: 'words' | 'help';
  run(args: Arguments): Promise<void>;
}

export interface Arguments {
  readonly raw: readonly string[];
  readonly words: readonly string[];
  text(flag: string): string | undefined;
  on(flag: string): boolean;
}

/** Invalid arguments of a command: status 2. */
export class UsageError extends Error {}

const suggestion = (word: string, words: readonly string[], mark = '') => {
  const meant = closest(word, words);
  return meant ? `: did you mean ${mark}${meant}?` : '';
};

export function unknownCommand(word: string, commands: readonly string[]): UsageError {
  return new UsageError(
    `there is no command "${word}"${suggestion(word, commands)}\n\`clary help\` lists the commands.`,
  );
}

function explain({ message }: Error, name: string, { flags }: Command): string {
  const see = `\`clary ${name} --help\` lists what it takes.`;
  const [, flag] = /^Unknown option '(-[^']*)'/.exec(message) ?? [];
  if (flag === undefined) return `${message.split('. ')[0]}\n${see}`;
  return `there is no flag ${flag}${suggestion(flag.replace(/^-+/, ''), Object.keys(flags), '--')}\n${see}`;
}

export function readArguments(name: string, command: Command, raw: readonly string[]): Arguments {
  if (command.passesOn) return { raw, words: raw, text: () => undefined, on: () => false };
  const options = Object.fromEntries(
    Object.entries(command.flags).map(([flag, { value }]) => [
      flag,
      { type: value === undefined ? ('boolean' as const) : ('string' as const) },
    ]),
  );
  try {
    const { values, positionals } = parseArgs({ args: [...raw], options, allowPositionals: true });
    const surplus = positionals[command.words?.most ?? 0];
    if (surplus !== undefined) throw new Error(`it takes no word "${surplus}"`);
    const empty = Object.keys(values).find((flag) => values[flag] === '');
    if (empty !== undefined) throw new Error(`--${empty} must not be empty`);
    return {
      raw,
      words: positionals,
      text: (flag) => values[flag] as string | undefined,
      on: (flag) => values[flag] === true,
    };
  } catch (error) {
    throw new UsageError(explain(error as Error, name, command));
  }
}

export function commandHelp(name: string, { summary, words, flags, examples }: Command): string {
  const entries = [
    ...(words ? [[words.shown, words.doc] as const] : []),
    ...Object.entries(flags).map(([flag, { value, doc }]) => [`--${flag}${value ? ` ${value}` : ''}`, doc] as const),
    ['--help', 'this text'] as const,
  ];
  const table = (rows: readonly (readonly [string, string])[]) => {
    const width = Math.max(...rows.map(([left]) => left.length)) + 3;
    return rows.map(([left, right]) => `  ${left.padEnd(width)}${right}`).join('\n');
  };
  return `clary ${name}: ${summary}\n\n${table(entries)}\n\nExamples\n${table(Object.entries(examples))}`;
}
