/** One line that a shell would read as the same words. */
export const shownCommand = (args: readonly string[]): string =>
  args.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`)).join(' ');
