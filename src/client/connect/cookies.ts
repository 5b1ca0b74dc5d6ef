/** The cookies of one server, by which Flight servers know a session (RFC 6265, as far as gRPC has a use for it). */

export class CookieJar {
  readonly #cookies = new Map<string, string>();
  /** What to send as `cookie`; undefined where there is nothing. */
  #header: string | undefined;

  get header(): string | undefined {
    return this.#header;
  }

  /**
   * Takes the `set-cookie` headers of a response; answers whether anything changed. The server is the only one who
   * sees the cookies again, so that of their attributes only those count that end one.
   * @param secret a value that is sent as a credential anyway, and so not a second time
   */
  take(setCookies: readonly string[], secret: string | undefined): boolean {
    for (const text of setCookies) {
      const [pair = '', ...attributes] = text.split(';').map((part) => part.trim());
      const at = pair.indexOf('=');
      const name = pair.slice(0, at);
      const value = pair.slice(at + 1);
      if (at <= 0 || !COOKIE.test(pair)) continue;
      if (value === secret || attributes.some(isEnd)) this.#cookies.delete(name);
      else if (this.#cookies.has(name) || this.#cookies.size < COOKIES_MAX) this.#cookies.set(name, value);
    }
    const header = Array.from(this.#cookies, ([name, value]) => `${name}=${value}`).join('; ') || undefined;
    const changed = header !== this.#header;
    this.#header = header;
    return changed;
  }
}

/** More than a session needs; a server must not fill the headers of every call. */
const COOKIES_MAX = 20;
const COOKIE = /^[\x21-\x3a\x3c-\x7e ]{1,4096}$/;

function isEnd(attribute: string): boolean {
  const age = /^max-age=(-?\d+)$/i.exec(attribute);
  if (age !== null) return Number(age[1]) <= 0;
  const date = /^expires=(.+)$/i.exec(attribute);
  return date !== null && Date.parse(date[1] ?? '') <= Date.now();
}
