/** An output that the platform uploads, with defaults filled in. Pure. */
import { parseS3Uri, type S3Location } from '../../shared/s3-uri.ts';
import { plainPath } from '../plain-path.ts';
import type { ProcessingJobRequest } from '../processing-job.ts';

export interface Output {
  readonly name: string;
  readonly to: S3Location;
  /** The program's path, without a slash at the end. */
  readonly path: string;
  /** Files are uploaded while the job runs. */
  readonly continuous: boolean;
}

/** "When True, output operations such as data upload are managed natively by your processing job application": API_ProcessingOutput. */
export const outputsOf = ({
  ProcessingOutputConfig: config,
}: Pick<ProcessingJobRequest, 'ProcessingOutputConfig'>): Output[] =>
  (config?.Outputs ?? []).flatMap(({ AppManaged: appManaged, OutputName: name = '', S3Output: s3 }) => {
    const to = parseS3Uri(s3?.S3Uri ?? '');
    if (appManaged || !s3 || !to) return [];
    return { name, to, path: plainPath(s3.LocalPath ?? ''), continuous: s3.S3UploadMode === 'Continuous' };
  });
