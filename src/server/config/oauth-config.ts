/** The client that the identity provider knows this server's users by (OAuth 2.0, OpenID Connect). */
import type { RedirectHost } from '../../flight/login/login-settings.js';

export interface OAuthConfig {
  /** Also the issuer of the tokens that are accepted. */
  readonly issuer: string;
  readonly clientId: string;
  /** Undefined for a public client; otherwise the server exchanges the codes. Never leaves the server. */
  readonly clientSecret: string | undefined;
  /** Separated by spaces; undefined: the default ones. */
  readonly scopes: string | undefined;
  readonly redirectHost: RedirectHost;
  /** 0 for whichever is free. */
  readonly redirectPort: number;
}
