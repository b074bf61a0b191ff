/** A setting of the server: its flag, its environment variable, its default and how its text is read. */

export interface Setting<T = unknown> {
  /** The variable of `--any-flag` is CLARY_ANY_FLAG. */
  readonly flag: string;
  /** A switch takes no value: `--flag` turns it on, `--no-flag` off. */
  readonly kind: 'text' | 'number' | 'switch';
  /** As the documentation shows it, and what is read where nothing is set. */
  readonly default: string;
  readonly doc: string;
  read(given: GivenSetting): T;
}

export interface GivenSetting {
  /** What was set; undefined where nothing was. */
  readonly value: string | undefined;
  /** The flag or the variable with which it was set, for messages. */
  readonly source: string;
  readonly env: Environment;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** The values of a table of settings. */
export type SettingValues<Table> = { readonly [K in keyof Table]: Table[K] extends Setting<infer T> ? T : never };

/** An invalid setting. The message says which one, why and how to fix it. */
export class SettingError extends Error {}

type Description<T> = Omit<Setting<T>, 'kind' | 'read' | 'default'>;

/** The longest delay of setTimeout: a longer one fires at once. */
const longestTimer = 2 ** 31 - 1;

export const text = (setting: Description<string> & { readonly default: string }): Setting<string> => ({
  ...setting,
  kind: 'text',
  read: ({ value }) => value ?? setting.default,
});

/** A text that `parse` reads; undefined where nothing is set. */
export const parsed = <T>(
  setting: Omit<Setting<T>, 'kind' | 'read'> & { parse(given: GivenSetting): T },
): Setting<T> => ({ ...setting, kind: 'text', read: setting.parse });

export const onOff = (setting: Description<boolean> & { readonly default: 'on' | 'off' }): Setting<boolean> => ({
  ...setting,
  kind: 'switch',
  read: ({ value = setting.default }) => value === 'on',
});

export const oneOf = <T extends string>(
  values: readonly T[],
  setting: Description<T> & { readonly default: NoInfer<T> },
): Setting<T> => ({
  ...setting,
  kind: 'text',
  read({ value = setting.default, source }) {
    const found = values.find((candidate) => candidate === value);
    if (!found) throw new SettingError(`${source} must be one of ${values.join(', ')}, not "${value}"`);
    return found;
  },
});

interface WholeNumber extends Description<number> {
  readonly default: string;
  readonly least?: number;
  readonly most?: number;
  /** What is read where nothing is set and the default is a text for people. */
  usual?(): number;
}

export const wholeNumber = ({ least = 0, most = longestTimer, usual, ...setting }: WholeNumber): Setting<number> => ({
  ...setting,
  kind: 'number',
  read({ value = usual ? String(usual()) : setting.default, source }) {
    if (!/^\d+$/.test(value)) throw new SettingError(`${source} must be a whole number, not "${value}"`);
    if (Number(value) < least) throw new SettingError(`${source} must be at least ${least}, not ${value}`);
    if (Number(value) > most) throw new SettingError(`${source} must be at most ${most}, not ${value}`);
    return Number(value);
  },
});
