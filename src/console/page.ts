/**
 * The web page as one self-contained text, assembled from the markup, styles and scripts of this folder. A part is a
 * section of the page with its script. The scripts run in this order and share one global scope.
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

/** The page. It contains no data. Serve it with a policy that allows only its own inline scripts and styles. */
export function consolePage(): string {
  const sections = PARTS.map((part) => part.replace(SCRIPT, '').trim()).join('\n');
  const scripts = PARTS.flatMap((part) => part.match(SCRIPT) ?? []).join('\n');
  // Replacement functions, because patterns such as `$&` have a special meaning in a replacement string.
  return page
    .replace('<!-- styles -->', () => `<style>${STYLES.join('\n')}</style>`)
    .replace('<!-- sections -->', () => sections)
    .replace('<!-- scripts -->', () => scripts);
}
