import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { errorMessage, failureReason } from './script-failure.ts';

const log = { group: '/aws/sagemaker/TrainingJobs', stream: 'job/algo-1-1' };
const command = '/opt/python/bin/python3 train.py --x 1';
const traceback = `Traceback (most recent call last):
  File "/opt/ml/code/train.py", line 3, in <module>
    raise ValueError("boom")
ValueError: boom`;

describe('failureReason', () => {
  test('says it in the toolkit’s text, the last traceback, the command, where the log is', () => {
    const reason = failureReason({
      exitCode: 1,
      printed: `epoch 1\n${traceback.replace('boom', 'handled')}\nepoch 2\n${traceback}\n\n`,
      command,
      log,
    });
    assert.equal(
      reason,
      `AlgorithmError: ExecuteUserScriptError:\nExitCode 1\nErrorMessage "${traceback}"\nCommand "${command}", exit code: 1\nThe whole log: /aws/sagemaker/TrainingJobs, job/algo-1-1`,
    );
  });

  test('fits 1,024 characters and keeps the exception, the command and the log', () => {
    const deep = traceback.replace(
      'ValueError: boom',
      `${'  File "/opt/ml/code/deep.py", line 1, in f\n'.repeat(100)}ValueError: boom`,
    );
    const reason = failureReason({ exitCode: 1, printed: deep, command: `${command} ${'--y 1 '.repeat(500)}`, log });
    assert.equal(reason.length, 1024);
    assert.match(
      reason,
      /^AlgorithmError: ExecuteUserScriptError:\nExitCode 1\nErrorMessage "…[\s\S]*ValueError: boom"\nCommand "\/opt\/python\/bin\/python3 train.py --x 1 /,
    );
    assert.match(reason, /job\/algo-1-1$/);
  });

  test('explains a kill', () => {
    assert.match(
      failureReason({ exitCode: 137, printed: 'a\nb\n', command, log }),
      /ErrorMessage "a\nb"\nExtraInfo "OutOfMemory: Process killed by SIGKILL \(signal 9\)"/,
    );
    assert.match(
      failureReason({ exitCode: 139, printed: '', command, log }),
      /ErrorMessage ""\nExtraInfo "killed by SIGSEGV/,
    );
  });
});

describe('errorMessage', () => {
  test('takes the last lines where there is no traceback, without colours, progress bars and control characters', () => {
    const printed = '  0%|  |\r 50%|# |\r100%|##|\r\n\x1b[31mbad\x1b[0m \x07thing\n';
    assert.equal(errorMessage(printed), '100%|##|\nbad thing');
    assert.equal(errorMessage(Array.from({ length: 50 }, (_, i) => `line ${i}`).join('\n')).split('\n').length, 12);
  });
});

describe('of a launched script', () => {
  const rule = '-'.repeat(74);

  test('errorMessage takes its own traceback, not torchrun’s', () => {
    const printed = `Traceback (most recent call last):
  File "train.py", line 1, in <module>
ValueError: no such column
E1121 17:00:00.000000 140 torch/distributed/elastic/multiprocessing/api.py:874] failed (exitcode: 1) local_rank: 0
Traceback (most recent call last):
  File "run.py", line 1, in <module>
torch.distributed.elastic.multiprocessing.errors.ChildFailedError: 
============================================================
train.py FAILED
`;
    assert.match(errorMessage(printed), /^Traceback.*\n.*line 1, in <module>\nValueError: no such column$/);
  });

  test('errorMessage takes the process that failed first, out of the lines of several, without mpirun’s messages', () => {
    const printed = `[1,1]<stderr>:Traceback (most recent call last):
[1,0]<stderr>:Traceback (most recent call last):
[1,1]<stderr>:  File "train.py", line 2, in <module>
[1,0]<stderr>:  File "train.py", line 9, in <module>
[1,1]<stderr>:ZeroDivisionError: division by zero
[1,0]<stderr>:RuntimeError: peer is gone
${rule}
mpirun detected that one or more processes exited with non-zero status
${rule}
`;
    const own =
      'Traceback (most recent call last):\n  File "train.py", line 2, in <module>\nZeroDivisionError: division by zero';
    assert.equal(errorMessage(printed), own);
  });
});
