/** The environment that settings are read from. */
export type Environment = Readonly<Partial<Record<string, string>>>;

/**
 * How the gateway is started: from the sources in a clone, by the command that is installed, or by its word `demo`, which
 * asks for the embedded Images API.
 */
export type Launch = 'clone' | 'installed' | 'demo';
