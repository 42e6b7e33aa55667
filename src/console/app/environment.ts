/** What tells one deployment from another. */

/** The name of the function app, as the address of the page has it: `plumbline-prod`. */
export function environmentName(hostname: string): string {
  if (/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)) return 'Local';
  const [label = hostname] = hostname.split('.');
  return /\.azurewebsites\.[a-z]+$/.test(hostname) ? label : hostname;
}
