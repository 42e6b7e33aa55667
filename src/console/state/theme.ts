/** Light, dark, or as the system has it. */
import { effect } from '@preact/signals';
import { stored } from './stored.ts';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

export const theme = stored<Theme>('theme', 'system', {
  isValid: (value): value is Theme => THEMES.some((one) => one === value),
});

/** Keeps the page in the chosen theme. Called once. */
export function startTheme(): void {
  effect(() => {
    const { dataset } = document.documentElement;
    if (theme.value === 'system') delete dataset.theme;
    else dataset.theme = theme.value;
  });
}
