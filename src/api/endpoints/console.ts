/**
 * The web page: open to all, because it contains no data; it calls the API as the signed-in user. Its policy allows only the
 * scripts and styles of the page itself, by their hashes.
 */
import { createHash } from 'node:crypto';
import type { ApiResponse, PublicEndpoint } from '../framework/endpoint.ts';

export const getConsole: PublicEndpoint = {
  name: 'getConsole',
  method: 'GET',
  route: 'console',
  summary: 'The web page, without data. Open to all.',
  role: null,
  statuses: [200],
  result: 'text/html; charset=utf-8',
  async handle() {
    // Imported here: only the bundler can read the parts of the page.
    reply ??= replyWith((await import('../../console/page.ts')).consolePage());
    return reply;
  },
};

let reply: ApiResponse | undefined;

function replyWith(page: string): ApiResponse {
  return {
    body: page,
    headers: {
      'content-security-policy': policyFor(page),
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
    },
  };
}

/** The Content-Security-Policy of a page: only its own inline scripts and styles, nothing from other origins. */
export function policyFor(html: string): string {
  const sources = {
    'default-src': "'none'",
    'script-src': hashesOf(html, 'script'),
    'style-src': hashesOf(html, 'style'),
    'img-src': "'self' data:",
    'connect-src': "'self'",
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'none'",
  };
  return Object.entries(sources)
    .map(([directive, source]) => `${directive} ${source}`)
    .join('; ');
}

function hashesOf(html: string, element: 'script' | 'style'): string {
  const blocks = [...html.matchAll(new RegExp(`<${element}(?:\\s[^>]*)?>([\\s\\S]*?)</${element}>`, 'gi'))];
  const hashes = blocks.map(([, text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`);
  return hashes.length === 0 ? "'none'" : hashes.join(' ');
}
