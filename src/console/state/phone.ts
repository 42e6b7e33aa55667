/** Whether the window is as narrow as a phone's. */
import { signal } from '@preact/signals';

export const isPhone = signal(false);

if (typeof window !== 'undefined') {
  const query = window.matchMedia('(max-width: 640px)');
  isPhone.value = query.matches;
  query.addEventListener('change', ({ matches }) => {
    isPhone.value = matches;
  });
}
