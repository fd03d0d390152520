/**
 * What must be in the environment before the libraries are loaded: they read it once, some are quicker in production,
 * and Apollo's gateway reports to its maker unless told not to. Whoever sets NODE_ENV decides about the simulator too.
 */
export function runtimeEnvironment(env) {
  const demo = env.NODE_ENV ? {} : { NODE_ENV: 'production', LUAGUAGE_SIMULATOR_ALLOW_IN_PRODUCTION: 'true' };
  return { APOLLO_TELEMETRY_DISABLED: 'true', ...demo, ...env };
}
