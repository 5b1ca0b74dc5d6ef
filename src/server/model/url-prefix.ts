/** Addresses of files (`https://…`, `s3://…`), compared so that two ways to write one address are never two. */

/** Whether a path is an address, and no file of this machine. */
export function isUrl(path: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(path) && !/^file:/i.test(path);
}

/**
 * An address in its normal form; undefined for one that could mean something else to somebody else: a name and password
 * before the host, `..` or encoded separators, patterns, and for anything but http the options after `?`, by which S3 is
 * told another host.
 */
export function normalUrl(text: string): string | undefined {
  if (text.length > URL_CHARS_MAX || /[\s\\\0-\x1f\x7f-\uffff*[\]{}|^`<>"']/.test(text)) return undefined;
  const [, scheme = '', rest = ''] = /^([a-z0-9]+):\/\/(.*)$/is.exec(text) ?? [];
  const kind = scheme.toLowerCase();
  if (!SCHEMES.has(kind)) return undefined;
  const isHttp = kind === 'http' || kind === 'https';
  const [path = '', ...options] = rest.split('?');
  if (options.length > (isHttp ? 1 : 0) || rest.includes('#') || rest.includes('@')) return undefined;
  if (/%(2e|2f|5c|25|00)/i.test(path) || /(^|\/)\.{1,2}(\/|$)/.test(path)) return undefined;
  if (!isHttp)
    return !/^[a-z0-9]/i.test(path) || path.includes('%') || path.includes('//')
      ? undefined
      : `${kind}://${path}`;
  const url = parse(text);
  if (url === undefined || url.username !== '' || url.password !== '' || url.pathname.includes('//'))
    return undefined;
  return url.href;
}

/** Whether a normal address is at or below another one; `https://host/a` is not above `https://host/ab`. */
export function isUnderUrl(prefix: string, url: string): boolean {
  const [path = ''] = url.split('?');
  return path === prefix || path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`);
}

const URL_CHARS_MAX = 4096;
const SCHEMES: ReadonlySet<string> = new Set(['http', 'https', 's3', 'gs', 'gcs', 'r2']);

function parse(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
