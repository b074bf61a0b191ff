/** What is wrong with the user's data or settings, with what, where and how to fix it. Ends a job with `ClientError: …`. */
export class ClientError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ClientError';
  }
}
