/** The build puts an HTML file in as its text. */
declare module '*.html' {
  const text: string;
  export default text;
}
