/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html */
import type { IamOperation } from '../deps.ts';
import { answerSimulation, readSimulation } from './simulation-request.ts';

export const simulateCustomPolicy: IamOperation<'SimulateCustomPolicy'> = {
  access: () => [{ action: 'iam:SimulateCustomPolicy', resource: '*' }],
  handle: (input, call) => answerSimulation(input, readSimulation(input, undefined, call), call),
};
