/** The details of an item beside its list; on a phone they take the whole screen. They do not block the page. */
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { useKeys } from '../state/keys.ts';

interface Props {
  readonly title: ComponentChildren;
  /** Below the title: what it is about. */
  readonly subtitle?: ComponentChildren;
  /** Buttons at the end of the sheet. */
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
  close(): void;
}

export function Details({ title, subtitle, actions, children, close }: Props) {
  const heading = useId();
  const sheet = useRef<HTMLElement>(null);
  useKeys({ Escape: { label: 'Close the details', run: close } }, 'Details');
  useEffect(() => {
    const before = document.activeElement;
    sheet.current?.focus();
    return () => {
      const isInside = sheet.current?.contains(document.activeElement) ?? false;
      if ((isInside || document.activeElement === document.body) && before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <aside ref={sheet} class="details" aria-labelledby={heading} tabIndex={-1}>
      <div class="details-head">
        <div>
          <h2 id={heading}>{title}</h2>
          {subtitle}
        </div>
        <button type="button" class="icon" aria-label="Close details" onClick={close}>
          ✕
        </button>
      </div>
      <div class="details-body">{children}</div>
      {actions && <div class="details-actions">{actions}</div>}
    </aside>
  );
}
