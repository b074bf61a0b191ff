/** Settings of Lambda. */
import { totalmem } from 'node:os';
import { wholeNumber } from '../../kit/setting.ts';

/** AWS's limit of an account, where the machine could take more. */
const most = 1000;
const environmentBytes = 128 * 1024 * 1024;

export const lambdaSettings = {
  functionConcurrency: wholeNumber({
    flag: 'function-concurrency',
    default: 'half the memory, at 128 MB each, 1000 at most',
    least: 1,
    most,
    usual: () => Math.min(most, Math.max(10, Math.floor(totalmem() / 2 / environmentBytes))),
    doc: 'How many execution environments of functions there are at most; invocations beyond are throttled.',
  }),
  functionIdleMs: wholeNumber({
    flag: 'function-idle-ms',
    default: '300000',
    least: 100,
    doc: 'How long an execution environment waits for its next invocation before it ends, in milliseconds.',
  }),
};
