/** The build and the tests load HTML files as text. */
declare module '*.html' {
  const text: string;
  export default text;
}
