/** What is sent with every call of a connection: credentials, the session's cookies, headers of the user's own. */
import { Metadata } from '@grpc/grpc-js';
import { CookieJar } from './cookies.js';

export class CallHeaders {
  /** To be sent as it is. */
  readonly metadata = new Metadata();
  readonly #cookies: CookieJar | undefined;
  readonly #onChange: () => void;

  /** @param onChange told when the credentials or the session are others: what was begun with the old ones should end */
  constructor(headers: Readonly<Record<string, string>>, cookies: boolean, onChange: () => void) {
    for (const [name, value] of Object.entries(headers)) this.metadata.set(name, value);
    this.#cookies = cookies ? new CookieJar() : undefined;
    this.#onChange = onChange;
  }

  get authorization(): string | undefined {
    return readAuthorization(this.metadata);
  }

  authorize(authorization: string): void {
    if (authorization === this.authorization) return;
    this.metadata.set('authorization', authorization);
    this.#onChange();
  }

  /** Takes over what came with an answer: a new token, cookies. */
  renew(answer: Metadata): void {
    const authorization = readAuthorization(answer);
    if (authorization?.startsWith('Bearer ')) this.authorize(authorization);
    this.takeCookies(answer);
  }

  takeCookies(answer: Metadata): void {
    if (this.#cookies === undefined) return;
    const setCookies = answer.get('set-cookie').map(String);
    if (setCookies.length === 0) return;
    const secret = (readAuthorization(answer) ?? this.authorization)?.replace(/^Bearer /, '');
    if (!this.#cookies.take(setCookies, secret)) return;
    this.#onChange();
    const { header } = this.#cookies;
    if (header === undefined) this.metadata.remove('cookie');
    else this.metadata.set('cookie', header);
  }

  /** The token of a payload handshake travels in a header of its own; newer servers look for a bearer token. */
  authorizeByPayload(payload: Uint8Array): void {
    const token = Buffer.from(payload);
    this.metadata.set('auth-token-bin', token);
    if (/^[\x21-\x7e]+$/.test(token.toString('latin1'))) this.authorize(`Bearer ${token.toString('latin1')}`);
    else this.metadata.remove('authorization');
  }
}

/** The first `authorization` that is not empty. */
export function readAuthorization(metadata: Metadata): string | undefined {
  const value = metadata.get('authorization')[0];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
