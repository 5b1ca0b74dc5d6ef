/** HTTP requests to an identity provider: bounded in time and size, and never led elsewhere. */

/** The most that an answer may have; a set of keys or tokens is far below. */
const ANSWER_BYTES_MAX = 1024 * 1024;
/** The longest that anybody waits for an answer. */
export const FETCH_TIMEOUT_S = 5;

/**
 * `fetch` with the whole body read. Rejects where the answer is larger than 1 MiB, takes longer than 5 s (or than the
 * signal that is given), or redirects.
 */
export async function fetchBounded(url: string | URL, options: RequestInit = {}): Promise<Response> {
  const limit = AbortSignal.timeout(FETCH_TIMEOUT_S * 1000);
  const signal = options.signal ? AbortSignal.any([options.signal, limit]) : limit;
  const response = await fetch(url, { ...options, redirect: 'manual', signal });
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.byteLength;
    if (bytes > ANSWER_BYTES_MAX) throw new Error(`${url} answered more than ${ANSWER_BYTES_MAX} bytes`);
    parts.push(part);
  }
  const body = parts.length === 0 ? null : Buffer.concat(parts);
  return new Response(body, { status: response.status, headers: response.headers });
}
