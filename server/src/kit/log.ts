/**
 * The platform's own log: one JSON object a line on standard error. It has causes and stacks, which responses never contain.
 * Must never receive a secret: callers pass names and identifiers, not credentials or payloads.
 */
export type LogFields = Record<string, unknown>;

export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A log that adds these fields to each of its lines. */
  with(fields: LogFields): Log;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

const ranks: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3, silent: 4 };

function plain(value: unknown): unknown {
  if (value instanceof Error) {
    return { name: value.name, message: value.message, stack: value.stack, cause: plain(value.cause) };
  }
  return value;
}

export function createLog(level: LogLevel, write: (line: string) => void, bound: LogFields = {}): Log {
  const at =
    (name: Exclude<LogLevel, 'silent'>) =>
    (message: string, fields: LogFields = {}) => {
      if (ranks[name] < ranks[level]) return;
      const entries = Object.entries({ ...bound, ...fields }).map(([key, value]) => [key, plain(value)]);
      write(
        `${JSON.stringify({ time: new Date().toISOString(), level: name, message, ...Object.fromEntries(entries) })}\n`,
      );
    };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    with: (fields) => createLog(level, write, { ...bound, ...fields }),
  };
}
