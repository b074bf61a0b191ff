/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html */
import { objectAccess } from '../access.ts';
import type { S3Operation } from '../deps.ts';
import { answerOf, getObjectRow, selectBytes } from './read-object.ts';

export const headObject: S3Operation<'HeadObject'> = {
  access: objectAccess('s3:GetObject'),
  async handle(input, call, deps) {
    const row = await getObjectRow(input, call, deps);
    return answerOf(input, row, selectBytes(input, row, call));
  },
};
