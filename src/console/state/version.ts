/** The version that this page was built with. */
import { computed } from '@preact/signals';
import { state } from './live.ts';

declare const __PLUMBLINE_VERSION__: string;

export const VERSION = __PLUMBLINE_VERSION__;

/** The version of the service when it is another one; null while it is the same or not known. */
export const newVersion = computed(() => {
  const served = state.value?.version;
  return served === undefined || served === VERSION ? null : served;
});
