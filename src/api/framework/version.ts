/** The version of the service: the build puts it in from package.json. */
declare const __PLUMBLINE_VERSION__: string | undefined;

export const VERSION = typeof __PLUMBLINE_VERSION__ === 'string' ? __PLUMBLINE_VERSION__ : '0.0.0-unbuilt';
