/**
 * What a service implements for the gateway beside its operations. All members are optional: most services have none. What is special about the bytes of
 * a service's requests and answers is data, in the catalog (models/wire-traits.ts).
 */
import type { Anonymous } from './anonymous.ts';
import type { CrossOrigin } from './cross-origin.ts';
import type { WebRoutes } from './web-routes.ts';

export interface ServiceTraits {
  /** The requests that are accepted without a signature. Without it all such requests are refused. */
  readonly anonymous?: Anonymous;
  /** How browsers may reach the service's resources from other origins. */
  readonly crossOrigin?: CrossOrigin;
  /** Requests that the service takes by host or path, before any AWS protocol is applied: function URLs, API stages. */
  readonly webRoutes?: WebRoutes;
}
