/** A session of the local sign-in, for commands that call the running development environment as a persona. */

/** The cookie of a fresh session. Throws when there is no persona with this key. */
export async function signInAs(persona: string, host: string): Promise<string> {
  const body = new URLSearchParams({ persona });
  const response = await fetch(`${host}/.auth/login/local`, { method: 'POST', body, redirect: 'manual' });
  const [cookie] = response.headers.getSetCookie();
  if (!cookie) throw new Error(`${host} let nobody sign in as '${persona}': it answered ${response.status}`);
  return cookie.split(';')[0] ?? '';
}
