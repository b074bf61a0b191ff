/**
 * The FailureReason of a script: the training toolkit's text (src/sagemaker_training/errors.py) with the end of the script's output.
 * SageMaker shows 1,024 characters: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTrainingJob.html (FailureReason). Pure.
 */

const failureLength = 1024;

/** 128 + n means signal n. */
const endings: Readonly<Record<number, string>> = {
  126: 'the program may not be executed',
  127: 'a command was not found',
  132: 'killed by SIGILL: an instruction that this processor does not have',
  134: 'killed by SIGABRT: the program or a library aborted',
  135: 'killed by SIGBUS',
  136: 'killed by SIGFPE',
  137: 'OutOfMemory: Process killed by SIGKILL (signal 9)',
  139: 'killed by SIGSEGV: a library crashed',
  143: 'ended by SIGTERM',
};

export interface ScriptFailure {
  /** What follows `AlgorithmError: `. */
  readonly cause?: string;
  readonly exitCode: number;
  /** The end of the log. */
  readonly printed: string;
  /** As a shell would read it. */
  readonly command: string;
  readonly log: { readonly group: string; readonly stream: string };
}

/** What mpirun (--tag-output) puts before what a process printed: job and rank. */
const tag = /\[\d+,\d+\]<std(?:out|err)>:/;
/** Where a launcher's own output begins after the script's output: mpirun, torchrun by Python's logging, torchrun's own. */
const launcher = /^(-{60,}$|(ERROR|WARNING|INFO):torch\.distributed\.|[EWI]\d{4} .*torch\/distributed\/)/;
const ofLauncher = /ChildFailedError|SignalException: Process \d+ got signal/;

/** Control characters are removed; a progress bar uses a carriage return to write over its line. */
function readable(printed: string): string[] {
  const lines = printed.split('\n').map((line) => line.split('\r').findLast((part) => part.trim() !== '') ?? '');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours
  return lines.map((line) => line.replace(/\x1b\[[\d;]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]/g, '').trimEnd());
}

/** From the mixed output of several processes, keeps the lines of the process that failed first, and those of the launcher. */
function ofOneProcess(lines: readonly string[]): string[] {
  const fallen = lines.find((line) => tag.test(line) && line.includes('Traceback (most recent call last)'));
  const mark = tag.exec(fallen ?? '')?.[0];
  return lines
    .filter((line) => mark === undefined || !tag.test(line) || line.startsWith(mark))
    .map((line) => line.replaceAll(new RegExp(tag, 'g'), ''));
}

/** The last traceback, or the last lines if there is none. For a launched script, the script's traceback and not the launcher's. */
export function errorMessage(printed: string): string {
  const lines = ofOneProcess(readable(printed));
  while (lines.at(-1) === '') lines.pop();
  const starts = lines.flatMap((line, i) => (line.startsWith('Traceback (most recent call last)') ? [i] : []));
  const tracebacks = starts.map((start, i) => {
    const block = lines.slice(start, starts[i + 1]);
    const end = block.findIndex((line) => launcher.test(line));
    return end === -1 ? block : block.slice(0, end);
  });
  const own = tracebacks.findLast((block) => !block.some((line) => ofLauncher.test(line)));
  return (own ?? tracebacks.at(-1) ?? lines.slice(-12)).join('\n');
}

/** Keeps the end of a text that is too long: it holds the exception. */
const lastOf = (text: string, length: number) =>
  text.length <= length ? text : `…${text.slice(text.length - length + 1)}`;

/** Removes the lines that the platform printed before the program started. The last of them is the command. */
function ownWords(printed: string, command: string): string {
  const mark = `$ ${command}\n`;
  const position = printed.indexOf(mark);
  return position === -1 ? printed : printed.slice(position + mark.length);
}

export function failureReason({
  cause = 'ExecuteUserScriptError:',
  exitCode,
  printed,
  command,
  log,
}: ScriptFailure): string {
  const head = `AlgorithmError: ${cause}\nExitCode ${exitCode}\nErrorMessage "`;
  const ending = endings[exitCode];
  const shown = command.length <= 240 ? command : `${command.slice(0, 239)}…`;
  const tail = [
    '"',
    ...(ending ? [`\nExtraInfo "${ending}"`] : []),
    `\nCommand "${shown}", exit code: ${exitCode}`,
    `\nThe whole log: ${log.group}, ${log.stream}`,
  ].join('');
  return head + lastOf(errorMessage(ownWords(printed, command)), failureLength - head.length - tail.length) + tail;
}
