/** How a failed invocation is described to its caller. Pure. */

export function errorTypeIn(body: Buffer): string {
  try {
    const { errorType } = JSON.parse(body.subarray(0, 262_144).toString('utf8')) as { errorType?: unknown };
    return typeof errorType === 'string' ? errorType : 'Error';
  } catch {
    return 'Error';
  }
}

/** In the format of Go's runtime. 128 + n is signal n. */
export function exitText(exitCode: number): string {
  if (exitCode === 0) return 'Runtime exited without providing a reason';
  const signals: Readonly<Record<number, string>> = {
    134: 'aborted',
    136: 'floating point exception',
    137: 'killed',
    139: 'segmentation fault',
    143: 'terminated',
  };
  const signal = signals[exitCode];
  return `Runtime exited with error: ${signal ? `signal: ${signal}` : `exit status ${exitCode}`}`;
}
