/** The command as one line, quoted for a shell. */
export const shownCommand = (args: readonly string[]): string =>
  args.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`)).join(' ');
