/** An input that the platform downloads, with defaults filled in. Pure. */
import { plainPath } from '../plain-path.ts';
import type { ProcessingJobRequest } from '../processing-job.ts';

export interface Input {
  readonly name: string;
  readonly uri: string;
  /** The program's path, without a slash at the end. */
  readonly path: string;
  readonly manifest: boolean;
  readonly sharded: boolean;
}

/** "When True, input operations such as data download are managed natively by your processing job application": API_ProcessingInput. */
export const inputsOf = ({ ProcessingInputs: inputs = [] }: Pick<ProcessingJobRequest, 'ProcessingInputs'>): Input[] =>
  inputs.flatMap(({ AppManaged: appManaged, InputName: name = '', S3Input: s3 }) =>
    appManaged || !s3
      ? []
      : {
          name,
          uri: s3.S3Uri ?? '',
          path: plainPath(s3.LocalPath ?? ''),
          manifest: s3.S3DataType === 'ManifestFile',
          sharded: s3.S3DataDistributionType === 'ShardedByS3Key',
        },
  );
