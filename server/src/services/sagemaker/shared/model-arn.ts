import { formatArn } from '../../../contract/arn.ts';

export const modelArn = (at: { region: string; account: string }, name: string) =>
  formatArn('sagemaker', at.region, at.account, `model/${name}`);
