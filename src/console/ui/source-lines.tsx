/** The lines that fix a violation where the app is declared. */
import { useSignal } from '@preact/signals';

interface Props {
  readonly source: { readonly bicep: string; readonly terraform: string };
}

const LANGUAGES = [
  ['bicep', 'Bicep'],
  ['terraform', 'Terraform'],
] as const;

export function SourceLines({ source }: Props) {
  return (
    <>
      {LANGUAGES.map(([name, title]) => (
        <details class="source" key={name}>
          <summary>{title}</summary>
          <CopyButton text={source[name]} />
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long lines are scrolled by keys */}
          <pre tabIndex={0}>{source[name]}</pre>
        </details>
      ))}
    </>
  );
}

/** Copies a text, and says so. */
export function CopyButton({ text, label = 'Copy' }: { text: string; label?: string }) {
  const isCopied = useSignal(false);
  return (
    <button
      type="button"
      onClick={() =>
        void navigator.clipboard.writeText(text).then(() => {
          isCopied.value = true;
        })
      }
    >
      <span aria-live="polite">{isCopied.value ? 'Copied' : label}</span>
    </button>
  );
}
