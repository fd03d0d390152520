/** For other slices: how many jobs run at each of these stations. */
export { runningJobs } from '../labour/commands.ts';
