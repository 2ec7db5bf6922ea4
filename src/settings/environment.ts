/** The environment that settings are read from. */
export type Environment = Readonly<Partial<Record<string, string>>>;

/**
 * How the gateway is started: from the sources of a clone, by the installed command, or by either with `demo`, which
 * starts the embedded Images API.
 */
export type Launch = 'clone' | 'installed' | 'demo';
