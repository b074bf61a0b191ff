/**
 * Why a script failed, for its owner: the training toolkit's words (src/sagemaker_training/errors.py), with the end of what the script printed.
 * SageMaker shows 1,024 characters: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTrainingJob.html (FailureReason). Pure.
 */

const failureLength = 1024;

/** 128 + n stands for signal n. */
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
/** Where a launcher begins to speak after a script's last words: mpirun, torchrun by Python's logging, torchrun by its own. */
const launcher = /^(-{60,}$|(ERROR|WARNING|INFO):torch\.distributed\.|[EWI]\d{4} .*torch\/distributed\/)/;
const ofLauncher = /ChildFailedError|SignalException: Process \d+ got signal/;

/** Control characters make no sense in a reason; a carriage return is how progress bars go back. */
function readable(printed: string): string[] {
  const lines = printed.split('\n').map((line) => line.split('\r').findLast((part) => part.trim() !== '') ?? '');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours and the like
  return lines.map((line) => line.replace(/\x1b\[[\d;]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]/g, '').trimEnd());
}

/** Of the lines of several processes, which mix, those of the one that failed first; what a launcher said of itself stays. */
function ofOneProcess(lines: readonly string[]): string[] {
  const fallen = lines.find((line) => tag.test(line) && line.includes('Traceback (most recent call last)'));
  const mark = tag.exec(fallen ?? '')?.[0];
  return lines
    .filter((line) => mark === undefined || !tag.test(line) || line.startsWith(mark))
    .map((line) => line.replaceAll(new RegExp(tag, 'g'), ''));
}

/** The last traceback, or the last lines where there is none. Of a launched script its own, not the launcher's. */
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

/** The end of the text where it is too long: the exception stands there. */
const lastOf = (text: string, length: number) =>
  text.length <= length ? text : `…${text.slice(text.length - length + 1)}`;

/** Without what the platform printed before the program began: its last line is the command. */
function ownWords(printed: string, command: string): string {
  const mark = `$ ${command}\n`;
  const place = printed.indexOf(mark);
  return place === -1 ? printed : printed.slice(place + mark.length);
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
