/** The console: a page that calls the API as the signed-in person. It has no data of its own. */
import { render } from 'preact';
import { App } from './app/app.tsx';
import { startClock } from './state/clock.ts';
import { startKeys } from './state/keys.ts';
import { startLive } from './state/live.ts';
import { loadMe } from './state/session.ts';
import { startTheme } from './state/theme.ts';

const root = document.getElementById('app');
if (!root) throw new Error('index.html has no element with the id "app".');
startTheme();
startClock();
startKeys();
render(<App />, root);
void loadMe();
startLive();
