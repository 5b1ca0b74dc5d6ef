/** What the browser shows when it comes back: two fixed pages that repeat nothing of the request. */
import { createHash } from 'node:crypto';
import type { OutgoingHttpHeaders } from 'node:http';

export type CallbackOutcome = 'success' | 'failure';

const STYLE =
  ':root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;margin:0;min-height:100vh;display:grid;place-items:center;background:#f6f7f9;color:#1b1f24}main{max-width:26rem;margin:1rem;padding:2rem 2.5rem;background:#fff;border:1px solid #d8dde3;border-radius:12px}h1{font-size:1.35rem;margin:0 0 .5rem}p{margin:.25rem 0;color:#57606a}.mark{font-size:2rem;line-height:1;margin-bottom:.75rem}.success .mark{color:#1a7f37}.failure .mark{color:#cf222e}@media(prefers-color-scheme:dark){body{background:#0d1117;color:#e6edf3}main{background:#161b22;border-color:#30363d}p{color:#9198a1}.success .mark{color:#3fb950}.failure .mark{color:#f85149}}';

const WORDS: Readonly<Record<CallbackOutcome, { mark: string; title: string; text: string }>> = {
  success: {
    mark: '✓',
    title: 'You are logged in',
    text: 'You can close this window and go back to the terminal.',
  },
  failure: {
    mark: '✗',
    title: 'You are not logged in',
    text: 'The terminal says why. You can close this window.',
  },
};

/** Without scripts, frames or anything from elsewhere; kept by nobody. */
export function callbackPage(outcome: CallbackOutcome): string {
  const { mark, title, text } = WORDS[outcome];
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title} – Gizmo</title><style>${STYLE}</style></head><body><main class="${outcome}"><div class="mark" aria-hidden="true">${mark}</div><h1>${title}</h1><p>${text}</p></main></body></html>`;
}

/** The headers of every answer of the listener. */
export const CALLBACK_HEADERS: OutgoingHttpHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  connection: 'close',
};
