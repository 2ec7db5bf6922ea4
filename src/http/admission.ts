import { createGate, type Gate, type GateReason } from './gate.ts';
import { Load } from './load.ts';
import { Memory, type MemorySource } from './memory.ts';

/** The limits of admission. Names and units are those of the settings. */
export interface AdmissionSettings {
  readonly maxConcurrentOperations: number;
  readonly maxEventLoopDelayMs: number;
  readonly maxMemoryPercent: number;
  readonly maxReceivingBytes: number;
  readonly rateLimitPerToken: number;
  readonly rateLimitPerAddress: number;
  readonly trustProxy: boolean;
}

/** The gate that admits requests, and the load and memory readings it uses. */
export interface Admission {
  readonly gate: Gate;
  readonly load: Load;
  readonly memory: Memory;
}

/** Creates the gate, and the load and memory readings it uses. */
export function createAdmission(
  settings: AdmissionSettings,
  memorySource: MemorySource,
  onShed: (reason: GateReason) => void,
): Admission {
  const now = (): number => performance.now();
  const memory = new Memory(settings.maxMemoryPercent, memorySource, now);
  const load = new Load({
    maxConcurrent: settings.maxConcurrentOperations,
    maxEventLoopDelayMs: settings.maxEventLoopDelayMs,
    memory,
  });
  const gate = createGate({
    load,
    perToken: settings.rateLimitPerToken,
    perAddress: settings.rateLimitPerAddress,
    trustProxy: settings.trustProxy,
    maxConcurrent: settings.maxConcurrentOperations,
    maxReceivingBytes: settings.maxReceivingBytes,
    onShed,
    now,
  });
  return { gate, load, memory };
}
