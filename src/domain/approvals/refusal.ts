/** Why a request of a user is refused: a closed list of codes. api/framework/problem.ts maps them to HTTP. */
export type RefusalCode =
  | 'unauthenticated'
  | 'auth-off'
  | 'forbidden'
  | 'own-change'
  | 'changer-unknown'
  | 'not-a-person'
  | 'not-found'
  | 'invalid'
  | 'bad-cursor'
  | 'expired'
  | 'decided'
  | 'superseded'
  | 'digest-mismatch'
  | 'moved'
  | 'not-reversible'
  | 'audit-mode'
  | 'stopped'
  | 'settings-changed'
  | 'if-match-required'
  | 'too-large'
  | 'storage-unavailable'
  | 'not-configured';

export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: RefusalCode;
  /** Further members of the problem document, e.g. `supersededBy`, `errors`. */
  readonly members: Readonly<Record<string, unknown>>;
  /** Seconds until the same request may succeed; null when waiting alone changes nothing. */
  readonly retryAfter: number | null;

  constructor(
    code: RefusalCode,
    message: string,
    members: Readonly<Record<string, unknown>> = {},
    retryAfter: number | null = null,
  ) {
    super(message);
    this.code = code;
    this.members = members;
    this.retryAfter = retryAfter;
  }
}
