/** The styles of the page. Each pair of text and ground has the contrast of WCAG AA, light and dark. */
export const STYLES = `
:root { color-scheme: light dark; --ground: #fff; --text: #1b1a19; --dim: #55524e; --line: #d2d0ce; --panel: #f5f4f3;
  --critical: #8e0016; --high: #a8321a; --medium: #7a5200; --low: #2f5d8a; --info: #55524e; }
@media (prefers-color-scheme: dark) { :root { --ground: #1b1a19; --text: #f3f2f1; --dim: #c0bdb9; --line: #484644;
  --panel: #252423; --critical: #ff9aa8; --high: #ffb199; --medium: #f0c36d; --low: #9cc7f2; --info: #c0bdb9; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 70rem; padding: 1.5rem; background: var(--ground); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { margin: 0; font-size: 1.75rem; } h2 { font-size: 1.25rem; margin: 2rem 0 .5rem; } h3 { font-size: 1rem; }
header p { margin: .25rem 0; } .dim, .count { color: var(--dim); }
code { font: .875rem/1.4 ui-monospace, monospace; }
.tiles { display: flex; flex-wrap: wrap; gap: .75rem; list-style: none; margin: 1.5rem 0 0; padding: 0; }
.tiles li { flex: 1 1 8rem; padding: .75rem 1rem; background: var(--panel); border: 1px solid var(--line); border-radius: .5rem; color: var(--dim); }
.tiles b { display: block; font-size: 1.5rem; color: var(--text); }
table { width: 100%; border-collapse: collapse; } th, td { padding: .35rem .5rem; text-align: left; border-bottom: 1px solid var(--line); vertical-align: top; font-weight: normal; }
thead th { color: var(--dim); } .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; } .wide { width: 60%; vertical-align: middle; }
.scroll { overflow-x: auto; }
.badge { display: inline-block; min-width: 4.5rem; padding: 0 .5rem; border: 1px solid currentColor; border-radius: 1rem; text-align: center; font-size: .875rem; }
.critical { color: var(--critical); } .high { color: var(--high); } .medium { color: var(--medium); } .low { color: var(--low); } .info { color: var(--info); }
.bar rect { fill: currentColor; }
details { border: 1px solid var(--line); border-radius: .5rem; margin: .5rem 0; padding: .5rem 1rem; }
summary { cursor: pointer; } details[open] summary { margin-bottom: .5rem; }
.notice { border-left: .25rem solid var(--high); padding-left: 1rem; }
:focus-visible { outline: 2px solid var(--low); outline-offset: 2px; }
@media print { details { break-inside: avoid; } }
`;
