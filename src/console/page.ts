/**
 * The web page as one text without anything from elsewhere: markup, style and scripts of this folder put together. A part
 * is a section of the page with the script that fills it; scripts run in order and share their names.
 */
import approvals from './approvals.html';
import audit from './audit.html';
import cardStyle from './card.css';
import card from './card.html';
import findings from './findings.html';
import formStyle from './forms.css';
import frameStyle from './frame.css';
import frame from './frame.html';
import page from './index.html';
import settings from './settings.html';

const PARTS = [frame, card, approvals, findings, audit, settings];
const STYLES = [frameStyle, cardStyle, formStyle];
const SCRIPT = /<script>[\s\S]*?<\/script>/g;

/** The page. It holds no data; serve it with a policy that allows its own inline scripts and styles only. */
export function consolePage(): string {
  const sections = PARTS.map((part) => part.replace(SCRIPT, '').trim()).join('\n');
  const scripts = PARTS.flatMap((part) => part.match(SCRIPT) ?? []).join('\n');
  // Functions, because `$&` and its like in a replacement text have a meaning of their own.
  return page
    .replace('<!-- styles -->', () => `<style>${STYLES.join('\n')}</style>`)
    .replace('<!-- sections -->', () => sections)
    .replace('<!-- scripts -->', () => scripts);
}
