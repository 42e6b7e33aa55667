/** The dialog by which every view changes settings. Nothing is stored that was not previewed. */
import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { call } from '../../api/client.ts';
import type { Preview, Settings } from '../../api/types.ts';
import { expectChanges } from '../../state/live.ts';
import { Dialog } from '../dialog.tsx';
import { plural } from '../format/words.ts';
import { ErrorMessage, Message } from '../message.tsx';
import { Scroll } from '../scroll.tsx';
import { type Conflict, type Difference, differencesBetween, memberByMember } from './document.ts';
import { type ChangeState, createChange } from './model.ts';
import { nameOfScope, nameOfSetting, textOfValue } from './names.ts';
import { sentenceOf, wordOf } from './preview-words.ts';

export interface ChangeOption {
  readonly label: string;
  readonly hint?: string;
  /** Whether it is chosen until somebody says otherwise. */
  readonly initially: boolean;
  apply(settings: Settings): Settings;
}

export interface SettingsChangeProps {
  readonly title: string;
  /** Gives the settings as they are to be. Called again with the settings of others when they were changed meanwhile. */
  change(settings: Settings): Settings;
  /** Something to decide together with the change. */
  readonly option?: ChangeOption;
  onClose(): void;
  onSaved?(): void;
}

export function SettingsChange({ title, change, option, onClose, onSaved }: SettingsChangeProps) {
  const model = useMemo(() => createChange({ call, wait }), []);
  const isChosen = useSignal(option?.initially ?? false);
  const start = () =>
    model.start((settings) => (option && isChosen.value ? option.apply(change(settings)) : change(settings)));
  useEffect(() => {
    void start();
    return () => model.stop();
  }, [model, isChosen.value]);
  const state = model.state.value;
  useEffect(() => {
    if (state.phase !== 'saved') return;
    expectChanges();
    onSaved?.();
    onClose();
  }, [state.phase]);

  const differences = differencesBetween(state.base, state.mine);
  const isReady = state.phase === 'ready' && state.conflicts.length === 0;
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="button" class="primary" disabled={!isReady} onClick={() => void model.save()}>
            Save
          </button>
        </>
      }
    >
      {state.error && <ErrorMessage error={state.error} retry={() => void start()} />}
      {state.theirs.length > 0 && <Theirs differences={state.theirs} />}
      {state.conflicts.map((conflict) => (
        <Choice
          key={conflict.path.join('/')}
          conflict={conflict}
          choose={(side) => void model.choose(conflict, side)}
        />
      ))}
      <Differences differences={differences} caption="Changes" />
      {option && (
        <label class="check">
          <input
            type="checkbox"
            checked={isChosen.value}
            onChange={(event) => {
              isChosen.value = event.currentTarget.checked;
            }}
          />
          <span>
            {option.label}
            {option.hint && <small>{option.hint}</small>}
          </span>
        </label>
      )}
      <Effect state={state} isChange={differences.length > 0} />
    </Dialog>
  );
}

function Theirs({ differences }: { differences: readonly Difference[] }) {
  return (
    <Message tone="warning" title="Settings changed by someone else.">
      Review and save again.
      <Differences differences={differences} caption="Changed by someone else" />
    </Message>
  );
}

function Choice({ conflict, choose }: { conflict: Conflict; choose(side: 'mine' | 'theirs'): void }) {
  const { path, base, mine, theirs } = conflict;
  return (
    <fieldset class="conflict">
      <legend>{nameOfSetting(path)} was changed twice</legend>
      <p>
        It was <code>{textOfValue(base)}</code>. Choose which value to keep.
      </p>
      <button type="button" onClick={() => choose('mine')}>
        Yours: {textOfValue(mine)}
      </button>{' '}
      <button type="button" onClick={() => choose('theirs')}>
        Theirs: {textOfValue(theirs)}
      </button>
    </fieldset>
  );
}

/** Settings with their values before and after. */
export function Differences({ differences, caption }: { differences: readonly Difference[]; caption: string }) {
  if (differences.length === 0) return null;
  return (
    <table class="plain">
      <caption>{caption}</caption>
      <thead>
        <tr>
          <th scope="col">Setting</th>
          <th scope="col">Before</th>
          <th scope="col">After</th>
        </tr>
      </thead>
      <tbody>
        {memberByMember(differences).map(({ path, from, to }) => (
          <tr key={path.join('/')}>
            <th scope="row" title={path[0] === 'scopes' ? path[1] : undefined}>
              <bdi>{nameOfSetting(path)}</bdi>
            </th>
            <td>
              <code>{textOfValue(from)}</code>
            </td>
            <td>
              <code>{textOfValue(to)}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Effect({ state, isChange }: { state: ChangeState; isChange: boolean }) {
  const { phase, preview, error } = state;
  if (preview) return <PreviewEffect preview={preview} />;
  if (phase === 'loading') return <p role="status">Reading the settings…</p>;
  if (!isChange) return <p role="status">Nothing is different from the settings in force.</p>;
  return error ? null : <p role="status">Making the preview…</p>;
}

/** What a preview says: a sentence, the decisions that change by rule, and the apps. */
export function PreviewEffect({ preview }: { preview: Preview }) {
  return (
    <section aria-label="Preview">
      <p role="status">
        <strong>{sentenceOf(preview)}</strong>
      </p>
      {preview.changes.length > 0 && (
        <Scroll label="Decisions that change">
          <table class="plain">
            <caption>Decisions that change</caption>
            <thead>
              <tr>
                <th scope="col">Rule</th>
                <th scope="col">Before</th>
                <th scope="col">After</th>
                <th scope="col" class="number">
                  Apps
                </th>
              </tr>
            </thead>
            <tbody>
              {preview.changes.map(({ rule, before, after, resources }) => (
                <tr key={`${rule} ${before} ${after}`}>
                  <th scope="row">{rule}</th>
                  <td>{wordOf(before)}</td>
                  <td>{wordOf(after)}</td>
                  <td class="number">{resources.toLocaleString('en')}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      {preview.rollouts.length > 0 && (
        <>
          <p>Roll-outs begin: the other apps are held until their stage.</p>
          <ul class="lines">
            {preview.rollouts.map(({ rule, scope, stages }) => (
              <li key={`${rule} ${scope}`}>
                {rule} in <bdi>{nameOfScope(scope)}</bdi>:{' '}
                {stages.map(({ apps }) => plural(apps, 'app')).join(', then ')}
              </li>
            ))}
          </ul>
        </>
      )}
      {preview.items.length > 0 && (
        <details>
          <summary>
            {preview.nextCursor === undefined
              ? `Apps (${preview.items.length})`
              : `The first ${preview.items.length} apps`}
          </summary>
          <ul class="lines">
            {preview.items.map(({ resource, rule, before, after }) => (
              <li key={`${resource.id} ${rule}`}>
                <bdi>{nameOfScope(resource.id)}</bdi>, {rule}: {wordOf(before)} → {wordOf(after)}
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
