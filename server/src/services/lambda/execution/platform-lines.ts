/**
 * The lines that Lambda itself writes into a function's log, as text or JSON:
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html. Pure.
 */

/** How an invocation ended: `errorType` where it did not end well. */
export interface Ending {
  readonly requestId: string;
  readonly durationMs: number;
  readonly initMs: number | undefined;
  readonly memorySize: number;
  readonly memoryUsed: number;
  readonly status: 'success' | 'error' | 'timeout' | 'failure';
  readonly errorType?: string | undefined;
}

export interface PlatformLines {
  initStart(runtime: string, runtimeArn: string, version: string, note: string): string;
  initReport(initMs: number, status: string, errorType: string): string;
  start(requestId: string, version: string): string;
  /** Of an invocation, in their order. */
  end(ending: Ending): readonly string[];
}

const ms = (value: number) => value.toFixed(2);
const billed = ({ durationMs, initMs = 0 }: Ending) => Math.ceil(durationMs + initMs);

export const textLines = (): PlatformLines => ({
  initStart: (runtime, arn, _version, note) =>
    `INIT_START Runtime Version: ${runtime}\tRuntime Version ARN: ${arn}${note && `\t${note}`}`,
  initReport: (initMs, status, errorType) =>
    `INIT_REPORT Init Duration: ${ms(initMs)} ms\tPhase: init\tStatus: ${status}\tError Type: ${errorType}`,
  start: (requestId, version) => `START RequestId: ${requestId} Version: ${version}`,
  end: (ending) => [
    `END RequestId: ${ending.requestId}`,
    [
      `REPORT RequestId: ${ending.requestId}`,
      `Duration: ${ms(ending.durationMs)} ms`,
      `Billed Duration: ${billed(ending)} ms`,
      `Memory Size: ${ending.memorySize} MB`,
      `Max Memory Used: ${ending.memoryUsed} MB`,
      ...(ending.initMs === undefined ? [] : [`Init Duration: ${ms(ending.initMs)} ms`]),
      ...(ending.status === 'success' || ending.status === 'error'
        ? []
        : [`Status: ${ending.status === 'failure' ? 'error' : ending.status}`]),
      ...(ending.status === 'failure' ? [`Error Type: ${ending.errorType}`] : []),
      '',
    ].join('\t'),
  ],
});

/** `functionName` and `now` go into records. */
export const jsonLines = (functionName: string, now: () => Date): PlatformLines => {
  const record = (type: string, content: object) =>
    JSON.stringify({ time: now().toISOString(), type: `platform.${type}`, record: content });
  return {
    initStart: (runtime, runtimeArn, version, note) =>
      record('initStart', {
        initializationType: 'on-demand',
        phase: 'init',
        runtimeVersion: runtime,
        runtimeVersionArn: runtimeArn,
        functionName,
        functionVersion: version,
        ...(note && { note }),
      }),
    initReport: (initMs, status, errorType) =>
      record('initReport', {
        initializationType: 'on-demand',
        phase: 'init',
        status,
        errorType,
        metrics: { durationMs: Number(ms(initMs)) },
      }),
    start: (requestId, version) => record('start', { requestId, version }),
    end: (ending) => [
      record('report', {
        requestId: ending.requestId,
        metrics: {
          durationMs: Number(ms(ending.durationMs)),
          billedDurationMs: billed(ending),
          memorySizeMB: ending.memorySize,
          maxMemoryUsedMB: ending.memoryUsed,
          ...(ending.initMs === undefined ? {} : { initDurationMs: Number(ms(ending.initMs)) }),
        },
        status: ending.status,
        ...(ending.errorType && { errorType: ending.errorType }),
      }),
    ],
  };
};
