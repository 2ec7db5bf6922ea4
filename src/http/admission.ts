import { createGate, type Gate, type GateReason } from './gate.ts';
import { Load } from './load.ts';
import { Memory, type MemorySource } from './memory.ts';

/** What admission goes by; by the names and in the units of the settings. */
export interface AdmissionSettings {
  readonly maxConcurrentOperations: number;
  readonly maxEventLoopDelayMs: number;
  readonly maxMemoryPercent: number;
  readonly maxReceivingBytes: number;
  readonly rateLimitPerToken: number;
  readonly rateLimitPerAddress: number;
  readonly trustProxy: boolean;
}

/** What decides whether a request is admitted, and what it decides by. */
export interface Admission {
  readonly gate: Gate;
  readonly load: Load;
  readonly memory: Memory;
}

/** Makes the gate, with the load and the memory that it watches. */
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
