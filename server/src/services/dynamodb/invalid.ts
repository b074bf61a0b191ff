/** The errors that most operations answer. Texts observed on AWS. */
import { AwsError } from '../../contract/aws-error.ts';

export const invalid = (message: string): AwsError => new AwsError('ValidationException', message, { status: 400 });

/** `One or more parameter values were invalid: …`. */
export const invalidParameter = (message: string): AwsError =>
  invalid(`One or more parameter values were invalid: ${message}`);

export const noSuchTable = (name?: string): AwsError =>
  new AwsError(
    'ResourceNotFoundException',
    name === undefined ? 'Requested resource not found' : `Requested resource not found: Table: ${name} not found`,
    { status: 400 },
  );
