/** Apps: the list, or the page of one. */
import { place } from '../../state/location.ts';
import { appIdOf } from '../../ui/scope/app-href.ts';
import { AppList } from './app-list.tsx';
import { AppPage } from './app-page.tsx';

export function Apps() {
  const id = appIdOf(place.value.path);
  return id === null ? <AppList /> : <AppPage key={id} id={id} />;
}
