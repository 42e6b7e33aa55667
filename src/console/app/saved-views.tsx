/** Saved views in the navigation, and the dialog that saves what is shown. */
import { useSignal } from '@preact/signals';
import { hrefOf, place } from '../state/location.ts';
import { builtInViews, savedViews, withoutView, withView } from '../state/saved-views.ts';
import { Dialog } from '../ui/dialog.tsx';
import { localDay } from '../ui/format/days.ts';
import { Icon } from './icons.tsx';

export function SavedViews() {
  const isSaving = useSignal(false);
  const { view, path, query } = place.value;
  const shown = hrefOf([view, ...path], query);
  return (
    <section class="saved-views" aria-labelledby="saved-views">
      <h2 id="saved-views">
        Saved views
        <button
          type="button"
          class="bare"
          aria-label="Save this view"
          title="Save this view"
          onClick={() => {
            isSaving.value = true;
          }}
        >
          +
        </button>
      </h2>
      <ul>
        {builtInViews(localDay(new Date())).map(({ title, href }) => (
          <li key={title}>
            <a href={href} aria-current={href === shown ? 'true' : undefined}>
              <span class="label">{title}</span>
            </a>
          </li>
        ))}
        {savedViews.value.map(({ title, href }) => (
          <li key={title}>
            <a href={href} aria-current={href === shown ? 'true' : undefined} title={title}>
              <Icon name="star" />
              <span class="label">
                <bdi>{title}</bdi>
              </span>
            </a>
            <button
              type="button"
              class="bare"
              aria-label={`Remove the saved view ${title}`}
              onClick={() => {
                savedViews.value = withoutView(savedViews.peek(), title);
              }}
            >
              ✕
            </button>
          </li>
        ))}
      </ul>
      {isSaving.value && (
        <SaveDialog
          href={shown}
          onClose={() => {
            isSaving.value = false;
          }}
        />
      )}
    </section>
  );
}

function SaveDialog({ href, onClose }: { href: string; onClose(): void }) {
  const title = useSignal('');
  const form = 'save-view';
  return (
    <Dialog
      title="Save this view"
      onClose={onClose}
      actions={
        <>
          <button type="submit" class="primary" form={form}>
            Save
          </button>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        </>
      }
    >
      <form
        id={form}
        onSubmit={(event) => {
          event.preventDefault();
          savedViews.value = withView(savedViews.peek(), { title: title.peek().trim(), href });
          onClose();
        }}
      >
        <label class="field">
          <span>Name</span>
          <input
            required
            pattern=".*\S.*"
            maxLength={60}
            value={title.value}
            onInput={({ currentTarget }) => {
              title.value = currentTarget.value;
            }}
          />
        </label>
        <p>Filters, order and columns are saved in this browser.</p>
      </form>
    </Dialog>
  );
}
