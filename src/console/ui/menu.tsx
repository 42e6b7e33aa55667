/** A button that shows a small panel. It closes by Escape, by a click elsewhere, and when the focus leaves it. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

export function Menu({
  label,
  children,
  align = 'start',
}: {
  label: ComponentChildren;
  children: ComponentChildren;
  align?: 'start' | 'end';
}) {
  const details = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const close = (event: Event) => {
      const element = details.current;
      if (element?.open && event.target instanceof Node && !element.contains(event.target)) element.open = false;
    };
    document.addEventListener('pointerdown', close);
    document.addEventListener('focusin', close);
    return () => {
      document.removeEventListener('pointerdown', close);
      document.removeEventListener('focusin', close);
    };
  }, []);
  return (
    <details
      ref={details}
      class={`menu ${align}`}
      onKeyDown={(event: KeyboardEvent) => {
        const element = details.current;
        if (event.key !== 'Escape' || !element?.open) return;
        event.preventDefault();
        event.stopPropagation();
        element.open = false;
        element.querySelector('summary')?.focus();
      }}
    >
      <summary class="button">{label}</summary>
      <div class="menu-panel">{children}</div>
    </details>
  );
}
