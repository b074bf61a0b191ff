/** Something that the server depends on does not answer now, and may later: requests are answered 503, reconcilers try again. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
}
