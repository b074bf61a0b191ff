/** DescribeProcessingJob: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeProcessingJob.html */

import { jobStore } from '../jobs/job-store.ts';
import type { SageMakerOperation } from '../shared/deps.ts';
import { describeProcessing, type ProcessingJobRequest, processingJobArn } from './processing-job.ts';

export const describeProcessingJob: SageMakerOperation<'DescribeProcessingJob'> = {
  access: (input, call) => [
    { action: 'sagemaker:DescribeProcessingJob', resource: processingJobArn(call, input.ProcessingJobName) },
  ],
  async handle(input, call, deps) {
    const store = jobStore<ProcessingJobRequest>(deps.database, 'processing');
    const job = await store.find(processingJobArn(call, input.ProcessingJobName));
    if (!job) throw call.error('ValidationException', 'Requested resource not found.');
    const { ProcessingInputs: inputs, ProcessingOutputConfig: outputs, ...answer } = describeProcessing(job);
    return {
      ...answer,
      // AWS returns its defaults: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProcessingStoppingCondition.html
      StoppingCondition: answer.StoppingCondition ?? { MaxRuntimeInSeconds: 86_400 },
      ...(inputs && { ProcessingInputs: inputs.map((input) => ({ AppManaged: false, ...input })) }),
      ...(outputs && {
        ProcessingOutputConfig: {
          ...outputs,
          Outputs: outputs.Outputs.map((output) => ({ AppManaged: false, ...output })),
        },
      }),
    };
  },
};
