/** Names of members as labels. */

/** `onlyWithPrivateEndpoint` is "Only with private endpoint". */
export function labelOf(name: string): string {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(/[\s_-]+/)
    .map((word) => (word === word.toUpperCase() && word.length > 1 ? word : word.toLowerCase()));
  const text = words.join(' ').replace(/\bid\b/g, 'ID');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
