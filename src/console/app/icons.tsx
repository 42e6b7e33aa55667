/** Small drawings beside words; they say nothing of their own. */

const PATHS: Readonly<Record<string, string>> = {
  overview: 'M3 3h6v8H3zM11 3h6v4h-6zM11 9h6v8h-6zM3 13h6v4H3z',
  approvals: 'M5 3h10v14H5zM7.5 10l2 2 3.5-4M8 3V1.8h4V3',
  findings: 'M8.5 3.5a5 5 0 110 10 5 5 0 010-10zM12.2 12.2L17 17',
  apps: 'M3 5h14v10H3zM3 8h14M5.5 6.5h1',
  rules: 'M6 5h11M6 10h11M6 15h11M3 5h.5M3 10h.5M3 15h.5',
  exemptions: 'M10 2.5l6 2.5v4.5c0 4-2.5 6.5-6 8-3.5-1.5-6-4-6-8V5zM7.5 12.5l5-5',
  scans: 'M10 3a7 7 0 107 7M10 6.5a3.5 3.5 0 103.5 3.5M10 10l5-6',
  rollouts: 'M3 16V12h4v4M8.5 16V8h4v8M14 16V4h3v12',
  'dead-letters': 'M2.5 5h15v10h-15zM2.5 5.5L10 11l7.5-5.5M12.5 12l3 3M15.5 12l-3 3',
  audit: 'M5 2.5h7l3 3v12H5zM7.5 8h5M7.5 11h5M7.5 14h3',
  settings: 'M3 6h7M14 6h3M12 4v4M3 14h3M10 14h7M8 12v4',
  health: 'M2.5 10h4l2-5 3 10 2-5h4',
  menu: 'M3 5h14M3 10h14M3 15h14',
  collapse: 'M12 5l-5 5 5 5',
  expand: 'M8 5l5 5-5 5',
  person: 'M10 3a3 3 0 110 6 3 3 0 010-6zM4 17c0-3.5 2.5-5.5 6-5.5s6 2 6 5.5',
  stop: 'M7 2.5h6L17.5 7v6L13 17.5H7L2.5 13V7zM7 10h6',
  star: 'M10 3l2.1 4.5 4.9.6-3.6 3.4.9 4.9-4.3-2.4-4.3 2.4.9-4.9L3 8.1l4.9-.6z',
};

export function Icon({ name }: { name: string }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
      <path d={PATHS[name] ?? 'M5 5h10v10H5z'} />
    </svg>
  );
}
