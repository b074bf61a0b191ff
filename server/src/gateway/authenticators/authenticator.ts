/** One way in which a request may say who its caller is. */
import type { KeyObject } from 'node:crypto';
import type { Principal } from '../../contract/principal.ts';
import type { Admitted, Exchange } from '../exchange.ts';

/** The access key that a request names. */
export interface ClaimedKey {
  readonly accessKeyId: string;
  /** The session token of temporary credentials. */
  readonly token: string | undefined;
  readonly region: string;
}

export interface Claim {
  readonly key: ClaimedKey;
}

export interface Verified {
  readonly principal: Principal;
  /** The signing key, for bodies in signed chunks; absent if no signature is verified. */
  readonly signingKey?: KeyObject;
}

/** `verify` alone is replaced by --any-credentials. */
export interface Authenticator<C extends Claim = Claim> {
  /**
   * The claim of a request; undefined for one that is signed in another way or not at all. Notes service and format in the exchange. Throws AwsError for
   * a claim that cannot be read.
   */
  read(exchange: Exchange): C | undefined | Promise<C>;
  /** Throws AwsError unless the key exists, the signature matches, and its time is right. Synchronous if the key is cached. */
  verify(claim: C, exchange: Exchange): Verified | Promise<Verified>;
  /** The request with its body as the next steps read it. */
  admit(claim: C, verified: Verified, exchange: Exchange): Admitted;
}
