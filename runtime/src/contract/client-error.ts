/** What is wrong with the user's data or settings, in words that say what, where and how to mend it. Ends a job with `ClientError: …`. */
export class ClientError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ClientError';
  }
}
