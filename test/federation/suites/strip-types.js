import { stripTypeScriptTypes } from 'node:module';

/** A Jest transformer that does what Node does with our sources: it blanks out the types. */
export const process = (source) => ({ code: stripTypeScriptTypes(source) });
