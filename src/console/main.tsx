/** The console: a page that calls the API as the signed-in person. It has no data of its own. */
import { render } from 'preact';
import { App } from './app/app.tsx';
import { startLive } from './state/live.ts';
import { loadMe } from './state/session.ts';

const root = document.getElementById('app');
if (!root) throw new Error('index.html has no element with the id "app".');
render(<App />, root);
void loadMe();
startLive();
