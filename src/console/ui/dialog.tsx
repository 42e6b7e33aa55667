/** Modal dialogs: the native element, which keeps the focus inside and gives it back to where it came from. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { ApiError } from '../api/client.ts';
import { ErrorMessage } from './message.tsx';

export interface DialogProps {
  readonly title: string;
  readonly children: ComponentChildren;
  /** Between the content and the buttons, always visible. */
  readonly form?: ComponentChildren;
  /** Buttons below the content, the main one first. */
  readonly actions?: ComponentChildren;
  readonly wide?: boolean;
  onClose(): void;
}

export function Dialog({ title, children, form, actions, wide = false, onClose }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      class={wide ? 'dialog wide' : 'dialog'}
      aria-labelledby={heading}
      onCancel={(event: Event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div class="dialog-head">
        <h2 id={heading}>{title}</h2>
        <button type="button" class="icon" aria-label="Close" onClick={onClose}>
          ✕
        </button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long content is scrolled by keys */}
      <section class="dialog-body" tabIndex={0} aria-label="Content">
        {children}
      </section>
      {form && <div class="dialog-form">{form}</div>}
      {actions && <div class="dialog-actions">{actions}</div>}
    </dialog>
  );
}

export interface ConfirmProps {
  readonly title: string;
  readonly children: ComponentChildren;
  /** Of the button, such as `Approve 14`. */
  readonly action: string;
  readonly danger?: boolean;
  readonly wide?: boolean;
  /** The number that must be typed before; null when none. */
  readonly typeNumber?: number | null;
  readonly comment?: 'required' | 'optional' | 'none';
  /** Over the comment. */
  readonly commentLabel?: string;
  /** Why the action is not possible now; null when it is. */
  readonly blocked?: string | null;
  onClose(): void;
  /** What is thrown as ApiError is shown in the dialog, which stays open. */
  onConfirm(comment: string): void | Promise<void>;
}

/** A dialog that asks before something is done. */
export function ConfirmDialog(props: ConfirmProps) {
  const { title, children, action, typeNumber = null, comment = 'none', blocked = null, onClose, onConfirm } = props;
  const text = useSignal('');
  const typed = useSignal('');
  const problem = useSignal<string | null>(null);
  const error = useSignal<ApiError | null>(null);
  const isBusy = useSignal(false);
  const id = useId();

  async function confirm(event: Event): Promise<void> {
    event.preventDefault();
    if (isBusy.peek() || blocked !== null) return;
    if (typeNumber !== null && typed.peek().trim() !== String(typeNumber)) {
      problem.value = `Enter ${typeNumber} to confirm.`;
      return document.getElementById(`${id}-number`)?.focus();
    }
    if (comment === 'required' && text.peek().trim() === '') {
      problem.value = 'Enter a reason.';
      return document.getElementById(`${id}-comment`)?.focus();
    }
    problem.value = null;
    isBusy.value = true;
    try {
      await onConfirm(text.peek().trim());
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      error.value = failure;
    } finally {
      isBusy.value = false;
    }
  }

  return (
    <Dialog
      title={title}
      onClose={onClose}
      wide={props.wide ?? false}
      form={
        <form id={`${id}-form`} onSubmit={(event: Event) => void confirm(event)}>
          {comment !== 'none' && (
            <div class="field">
              <label for={`${id}-comment`}>
                {props.commentLabel ?? (comment === 'required' ? 'Comment (required)' : 'Comment (optional)')}
              </label>
              <textarea
                id={`${id}-comment`}
                rows={2}
                maxLength={4000}
                required={comment === 'required'}
                value={text.value}
                onInput={(event) => {
                  text.value = event.currentTarget.value;
                }}
              />
            </div>
          )}
          {typeNumber !== null && (
            <div class="field">
              <label for={`${id}-number`}>Type {typeNumber} to confirm</label>
              <input
                id={`${id}-number`}
                class="short"
                inputMode="numeric"
                autoComplete="off"
                value={typed.value}
                onInput={(event) => {
                  typed.value = event.currentTarget.value;
                }}
              />
            </div>
          )}
          <p class="field-error" role="alert">
            {blocked ?? problem.value}
          </p>
        </form>
      }
      actions={
        <>
          <button
            type="submit"
            form={`${id}-form`}
            class={props.danger ? 'primary danger' : 'primary'}
            disabled={isBusy.value || blocked !== null}
          >
            {action}
          </button>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        </>
      }
    >
      {children}
      {error.value && <ErrorMessage error={error.value} />}
    </Dialog>
  );
}
