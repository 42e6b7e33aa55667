/** A box with three states. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { BoxState } from './selection.ts';

interface Props {
  readonly label: string;
  readonly state: BoxState;
  readonly tabIndex?: number;
  readonly disabled?: boolean;
  onToggle(event: MouseEvent): void;
}

export function CheckBox({ label, state, tabIndex, disabled = false, onToggle }: Props) {
  const box = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    if (box.current) box.current.indeterminate = state === 'some';
  });
  return (
    <input
      ref={box}
      type="checkbox"
      aria-label={label}
      checked={state === 'all'}
      disabled={disabled}
      {...(tabIndex === undefined ? {} : { tabIndex })}
      onClick={(event: MouseEvent) => {
        event.stopPropagation();
        onToggle(event);
      }}
    />
  );
}
