/** The simulator, made to fail in the words of these tests. */
import { startSimulator, type RunningSimulator } from '@enghub/luaguage-simulator/simulator';
import type { Fault } from '@enghub/luaguage-simulator/faults';
import type { InterfaceName } from '@enghub/luaguage-simulator/interfaces';

const faults = {
  WELL: null,
  HANGS_UP: 'hang-up',
  SILENT: 'slow',
  FAILS: 'down',
  GARBAGE: 'garbage',
  WRONG_SHAPE: 'partial',
  TOO_LARGE: 'huge',
  REDIRECTS: 'redirect',
  ABOUT_ANOTHER: 'about-another',
  WRONG_COMPANY: 'wrong-company',
} as const satisfies Record<string, Fault | null>;

export type Mood = keyof typeof faults;

export type FaultyLuaguage = Readonly<{
  url: string;
  simulator: RunningSimulator;
  /** From the next request on; every interface, or one of them. */
  feel(mood: Mood, only?: InterfaceName): void;
  /** The paths asked so far; a test may empty it. */
  asked: string[];
  stop(): Promise<void>;
}>;

export async function startFaultyLuaguage(): Promise<FaultyLuaguage> {
  const simulator = await startSimulator();
  return {
    url: simulator.url,
    simulator,
    feel: (mood, only) => (only ? simulator.faults.set(only, faults[mood]) : simulator.faults.setAll(faults[mood])),
    asked: simulator.asked,
    stop: () => simulator.stop(),
  };
}
