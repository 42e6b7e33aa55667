/**
 * The page to choose a persona. It is self-contained: no script, no external resource, one style sheet
 * that its content security policy names by hash.
 */
import { createHash } from 'node:crypto';
import type { Persona } from './personas.ts';

/** The page; `redirect` is where the browser goes after signing in, already checked to be local. */
export function signInPage(personas: readonly Persona[], redirect: string, current: Persona | undefined): string {
  const choices = personas.map((person) => choice(person, person === (current ?? personas[0]))).join('\n');
  const signedIn = current
    ? `<p role="status">You are signed in as <strong>${escapeHtml(current.name)}</strong>. <a href="/.auth/logout">Sign out</a></p>`
    : '';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in to Plumbline on this machine</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>Sign in to Plumbline</h1>
<p>This page stands in for Microsoft Entra ID and exists on this machine only. Choose who you want to be.</p>
${signedIn}
<form method="post" action="/.auth/login/local">
<input type="hidden" name="post_login_redirect_uri" value="${escapeHtml(redirect)}">
<fieldset>
<legend>Person</legend>
${choices}
</fieldset>
<button type="submit">Sign in</button>
</form>
</main>
</body>
</html>
`;
}

/** Headers of the page: nothing may load, frame or receive its form but the host itself. */
export function pageHeaders(): Record<string, string> {
  const hash = createHash('sha256').update(style).digest('base64');
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; style-src 'sha256-${hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
    'cache-control': 'no-store',
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
  };
}

function choice(person: Persona, checked: boolean): string {
  const { key, name, roles, description } = person;
  return `<label class="person">
<input type="radio" name="persona" value="${key}" required${checked ? ' checked' : ''}>
<span><strong>${escapeHtml(name)}</strong> ${escapeHtml(description)}<br><small>${escapeHtml(roles.join(', '))}</small></span>
</label>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const style = `
:root { color-scheme: light dark; --line: #767676; --accent: #0b57d0; --on-accent: #fff; }
@media (prefers-color-scheme: dark) { :root { --line: #949494; --accent: #a8c7fa; --on-accent: #062e6f; } }
body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 34rem; margin: 0 auto; padding: 3rem 1.25rem; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .75rem; }
fieldset { border: 0; margin: 1.5rem 0; padding: 0; display: grid; gap: .75rem; }
legend { font-weight: 600; padding: 0; margin-bottom: .5rem; }
.person { display: flex; gap: .75rem; align-items: start; border: 1px solid var(--line); border-radius: .5rem; padding: .75rem 1rem; cursor: pointer; }
.person:has(:checked) { border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); }
input[type=radio] { margin: .3rem 0 0; accent-color: var(--accent); }
button { font: inherit; font-weight: 600; padding: .6rem 1.5rem; border: 0; border-radius: .5rem; background: var(--accent); color: var(--on-accent); cursor: pointer; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
`;
