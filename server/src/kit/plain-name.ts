/**
 * Checks names from users (of objects and archive entries) before they become file names. Control characters (newlines above all) turn
 * one name into two for programs that read names by lines, and change what a terminal shows: no such file is created.
 */
const unseen = /[\p{Cc}\p{Zl}\p{Zp}]/u;

export const hasControlCharacter = (name: string): boolean => unseen.test(name);

const maxShown = 200;

/** In quotation marks, on one line, cut where it is long. */
export const shownName = (name: string): string =>
  JSON.stringify(name.slice(0, maxShown)).replace(
    new RegExp(unseen, 'gu'),
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
