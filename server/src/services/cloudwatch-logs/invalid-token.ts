/** The refusal of a token that a list did not give: CloudWatch Logs' text. */
import type { Call } from '../../contract/call.ts';

export const invalidToken = (call: Call) =>
  call.error('InvalidParameterException', 'The specified nextToken is invalid.');
