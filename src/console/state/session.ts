/** Who is signed in. */
import { signal } from '@preact/signals';
import { ApiError, get, onAnswer } from '../api/client.ts';
import type { Me } from '../api/types.ts';

/** null until it is known, and when nobody is signed in. */
export const me = signal<Me | null>(null);

/** Whether the service refused a call because nobody is signed in, or the session has ended. */
export const isSignedOut = signal(false);

/** Why it is not known who is signed in, other than that nobody is. */
export const sessionError = signal<ApiError | null>(null);

onAnswer((error) => {
  if (error?.status === 401) isSignedOut.value = true;
});

export type RoleName = 'Approver' | 'Operator';

/** Whether the signed-in person has this role. Reading needs none of these. */
export function hasRole(role: RoleName): boolean {
  return me.value?.roles.includes(`Plumbline.${role}`) ?? false;
}

/** Where a person signs in, to come back to what is shown now. */
export function signInHref(): string {
  const back = `${window.location.pathname}${window.location.hash}`;
  return `/.auth/login/aad?post_login_redirect_uri=${encodeURIComponent(back)}`;
}

export const SIGN_OUT_HREF = '/.auth/logout?post_logout_redirect_uri=%2Fapi%2Fconsole';

/** Asks who is signed in. */
export async function loadMe(): Promise<void> {
  try {
    me.value = await get<Me>('/me');
    isSignedOut.value = false;
    sessionError.value = null;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status !== 401) sessionError.value = error;
  }
}
