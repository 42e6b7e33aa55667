/** Messages in place of content, or beside it. */
import type { ComponentChildren } from 'preact';
import type { ApiError } from '../api/client.ts';

export type Tone = 'info' | 'success' | 'warning' | 'danger';

/** A message bar. A danger is announced at once, the others when the reader is idle. */
export function Message({ tone, title, children }: { tone: Tone; title?: string; children?: ComponentChildren }) {
  return (
    <div class={`message ${tone}`} role={tone === 'danger' ? 'alert' : 'status'}>
      {title && <strong>{title}</strong>} {children}
    </div>
  );
}

/** An error of the API, with a button that tries again. A signed-out session is shown once, by the frame. */
export function ErrorMessage({ error, retry }: { error: ApiError; retry?: () => void }) {
  if (error.status === 401) return null;
  if (error.status === 403 && error.code === 'forbidden') {
    return <Empty title="You don't have access">{error.message}</Empty>;
  }
  return (
    <Message tone="danger" title={`${error.title}.`}>
      {error.message}{' '}
      {retry && (
        <button type="button" class="subtle" onClick={retry}>
          Try again
        </button>
      )}
    </Message>
  );
}

/** What stands where items would be: nothing there yet, nothing that matches, no right. Children say what to do. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children && <div class="empty-text">{children}</div>}
    </div>
  );
}
