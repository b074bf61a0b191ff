/** Scripts that fail, each in its own way: the reason says what to mend, in the training toolkit's words, and the log is whole. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CreateTrainingJobCommand } from '@aws-sdk/client-sagemaker';
import { startPlatform, type TestPlatform } from '../../harness/platform.ts';
import { archiveOf, jobLog, runScript, type Script, scikitLearnImage } from '../../harness/scripts.ts';
import { bucket, openWorkbench, useBucket, type Workbench } from '../../harness/workbench.ts';

let platform: TestPlatform;
let bench: Workbench;

before(async () => {
  platform = await startPlatform();
  bench = await openWorkbench(platform);
});
after(() => platform[Symbol.asyncDispose]());

async function reasonOf(name: string, script: Script): Promise<string> {
  const job = await runScript(bench, name, { changes: { InputDataConfig: undefined }, ...script });
  assert.equal(job.TrainingJobStatus, 'Failed');
  assert.ok((job.FailureReason?.length ?? 0) <= 1024);
  return job.FailureReason ?? '';
}

const python = (text: string): Script => ({ files: { 'train.py': text } });

/** The training toolkit's words, from beginning to end: https://github.com/aws/sagemaker-training-toolkit/blob/master/src/sagemaker_training/errors.py */
const whole = (exitCode: number, message: string, info = '') =>
  new RegExp(
    `^AlgorithmError: ExecuteUserScriptError:\nExitCode ${exitCode}\nErrorMessage "${message}"${info}\n` +
      `Command "/opt/python/bin/python3 train\\.py", exit code: ${exitCode}\n` +
      'The whole log: /aws/sagemaker/TrainingJobs, [\\w-]+/algo-1-\\d+$',
  );

describe('a script fails', () => {
  test('by an exception: its traceback, the command, the log', async () => {
    const text =
      'import sys\nprint("begun")\ndef learn(rate):\n    raise ValueError(f"rate {rate} is too high")\nlearn(sys.argv[2])\n';
    const reason = await reasonOf('exception', { files: { 'train.py': text }, hyperparameters: { rate: 7.5 } });
    assert.match(
      reason,
      /^AlgorithmError: ExecuteUserScriptError:\nExitCode 1\nErrorMessage "Traceback \(most recent call last\):\n/,
    );
    assert.match(reason, /File "\/opt\/ml\/code\/train\.py", line 4, in learn\n/);
    assert.match(
      reason,
      /\nValueError: rate 7\.5 is too high"\nCommand "\/opt\/python\/bin\/python3 train\.py --rate 7\.5", exit code: 1\n/,
    );
    assert.match(reason, /\/aws\/sagemaker\/TrainingJobs, exception\/algo-1-\d+$/);
    const log = await jobLog(bench, 'exception');
    assert.ok(log.includes('begun') && log.includes('ValueError: rate 7.5 is too high'), log.join('\n'));
  });

  test('by an exit code of its own', async () => {
    const reason = await reasonOf('exit-code', python('import sys\nprint("no data", file=sys.stderr)\nsys.exit(42)\n'));
    assert.match(reason, whole(42, '[^"]*no data'));
  });

  test('by a syntax error', async () => {
    assert.match(
      await reasonOf('syntax', python('def f(:\n  pass\n')),
      whole(1, ' *File "/opt/ml/code/train\\.py", line 1\\n[^]*SyntaxError: invalid syntax'),
    );
  });

  test('by an import of what is not there', async () => {
    assert.match(
      await reasonOf('import', python('import no_such_module\n')),
      whole(1, "Traceback[^]*\\nModuleNotFoundError: No module named 'no_such_module'"),
    );
  });

  test('by a kill', async () => {
    const reason = await reasonOf('killed', python('import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n'));
    const info = '\\nExtraInfo "OutOfMemory: Process killed by SIGKILL \\(signal 9\\)"';
    assert.match(reason, whole(137, '[^"]*', info));
    const crash = await reasonOf('crashed', python('import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n'));
    assert.match(crash, whole(139, '[^"]*', '\\nExtraInfo "killed by SIGSEGV: a library crashed"'));
  });

  test('for want of its program', async () => {
    const reason = await reasonOf('missing', { files: { 'other.py': '', 'lib/x.py': '' } });
    assert.equal(
      reason,
      `ClientError: the program train.py (sagemaker_program) is not in s3://${bucket}/missing/source/sourcedir.tar.gz; there is: lib, other.py`,
    );
  });

  test('for want of its archive, and of the right to read it', async () => {
    const words = (uri: string) => ({ sagemaker_program: 'train.py', sagemaker_submit_directory: uri });
    const request = (uri: string, changes = {}) => ({
      AlgorithmSpecification: { TrainingImage: scikitLearnImage, TrainingInputMode: 'File' as const },
      HyperParameters: words(uri),
      InputDataConfig: undefined,
      ...changes,
    });
    const absent = await bench.train('absent', request(`s3://${bucket}/nothing.tar.gz`));
    assert.match(
      absent.FailureReason ?? '',
      /^ClientError: the script's source s3:\/\/workbench\/nothing\.tar\.gz could not be used: NoSuchKey/,
    );
    await bench.put('kept/sourcedir.tar.gz', await archiveOf({ 'train.py': '' }));
    const deny = { Effect: 'Deny', Action: 's3:GetObject', Resource: `arn:aws:s3:::${bucket}/kept/*` };
    const blind = await bench.role('blind', [...useBucket, deny]);
    const kept = await bench.train('kept', request(`s3://${bucket}/kept/sourcedir.tar.gz`, { RoleArn: blind }));
    assert.match(kept.FailureReason ?? '', /could not be used: AccessDenied/);
    await bench.put('broken.tar.gz', 'no archive');
    const broken = await bench.train('broken', request(`s3://${bucket}/broken.tar.gz`));
    assert.match(broken.FailureReason ?? '', /could not be used: it is not a whole tar\.gz archive/);
  });

  test('as it says itself: what it wrote to /opt/ml/output/failure comes first', async () => {
    const text = 'import sys\nopen("/opt/ml/output/failure", "w").write("the data is from last year")\nsys.exit(3)\n';
    assert.match(await reasonOf('own-words', python(text)), /the data is from last year$/);
  });
});

describe('refused at once is', () => {
  const request = (image: string, changes = {}) =>
    bench.sagemaker.send(
      new CreateTrainingJobCommand(
        bench.trainingJob('refused', {
          AlgorithmSpecification: { TrainingImage: image, TrainingInputMode: 'File', ...changes },
        }),
      ),
    );

  test('a framework that nothing here runs', async () => {
    for (const image of [
      '763104351884.dkr.ecr.us-east-1.amazonaws.com/mxnet-training:1.9.0-cpu-py38-ubuntu20.04-sagemaker',
      'pytorch-training:1.13.1-cpu-py39',
      'sagemaker-scikit-learn:0.18-1-cpu-py3',
    ]) {
      await assert.rejects(request(image), {
        name: 'ValidationException',
        message: new RegExp(
          `^no runtime for image ${image}; known for training: .*sagemaker-scikit-learn:1\\.4-2, .*pytorch-training:2.*containers`,
        ),
      });
    }
  });

  test('a script image without a script', async () => {
    await assert.rejects(request(scikitLearnImage), {
      name: 'ValidationException',
      message: /runs a script: name it in the hyperparameter sagemaker_program/,
    });
    await assert.rejects(request(scikitLearnImage, { ContainerArguments: ['x'] }), {
      name: 'ValidationException',
      message: /ContainerArguments without a ContainerEntrypoint/,
    });
  });
});
