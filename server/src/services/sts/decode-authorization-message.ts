/** https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html */
import type { StsOperation } from './deps.ts';

export const decodeAuthorizationMessage: StsOperation<'DecodeAuthorizationMessage'> = {
  access: () => [{ action: 'sts:DecodeAuthorizationMessage', resource: '*' }],
  handle(input, call, deps) {
    const message = deps.sessions.decodeMessage(input.EncodedMessage);
    if (message === undefined) throw call.error('InvalidAuthorizationMessageException', 'Message is not valid.');
    return { DecodedMessage: message };
  },
};
