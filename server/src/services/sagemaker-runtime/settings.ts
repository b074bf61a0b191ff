/** Settings of SageMaker Runtime. */
import { wholeNumber } from '../../kit/setting.ts';

export const sageMakerRuntimeSettings = {
  captureFlushMs: wholeNumber({
    flag: 'capture-flush-ms',
    default: '1000',
    doc: 'How long captured requests stay in memory before they are written to S3, in milliseconds.',
  }),
  metricsFlushMs: wholeNumber({
    flag: 'metrics-flush-ms',
    default: '1000',
    doc: 'How long metrics of endpoints stay in memory before they are published, in milliseconds.',
  }),
};
