import { constants, type NodeGCPerformanceDetail, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, getHeapStatistics, setFlagsFromString } from 'node:v8';

/** The young generation may grow to this size in any case, in bytes: two halves of 16 MB each. */
const allowedBytes = 32 * 1_048_576;

/**
 * Doubling a young generation of `allowedBytes` is worth its memory if minor collections take more than this share of the
 * time in which the process is busy. Each further doubling takes twice the memory of the one before, so the share must be
 * twice as high.
 */
const worthwhileShare = 0.025;

/** How long minor collections must have taken before their share is judged, in milliseconds. */
const sampleMs = 50;

/** How far the old generation grows beyond what its last collection left, in per cent. */
const oldGrowthPercent = 165;

/** The smallest heap, in bytes, whose old generation V8 lets grow further than that: 2 GB, and the young generation. */
const largeHeapBytes = 2_304 * 1_048_576;

type Collection = PerformanceEntry & { readonly detail: NodeGCPerformanceDetail };

/**
 * Tunes V8's garbage collection for operations of all sizes, until the process ends. To be called once the gateway
 * listens: with other flags, V8 rejects compiled code from a cache.
 *
 * Rows of large lists survive minor collections. V8 would then allocate all objects from the same line of code in the old
 * generation, those of small operations too, where they stay until a major collection. It would also collect the
 * young generation when it is only four fifths full, and so copy what is still alive more often. And in a large heap, the
 * old generation would grow to four times what is alive, which saves hardly any time, and keep that memory.
 */
export function tuneGarbageCollection(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
  setFlagsFromString('--no-minor-gc-task');
  // In a small heap, V8 lets it grow less; the flag would raise that.
  if (getHeapStatistics().heap_size_limit >= largeHeapBytes) {
    setFlagsFromString(`--heap-growing-percent=${oldGrowthPercent}`);
  }
  limitYoungGeneration();
}

/**
 * Lets the young generation grow beyond `allowedBytes` only while its collections take much time. Under load, V8 would
 * enlarge it to its maximum sooner or later, although that saves time only if much survives.
 */
function limitYoungGeneration(): void {
  let grows = true;
  let bytes = 0;
  let since = 0;
  let spentMs = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { duration, detail } of list.getEntries() as Collection[]) {
      if (detail.kind === constants.NODE_PERFORMANCE_GC_MINOR) spentMs += duration;
    }
    const before = bytes;
    bytes = youngBytes();
    const isResized = bytes !== before;
    if (!isResized && spentMs < sampleMs) return;
    const busyMs = performance.eventLoopUtilization().active;
    const share = spentMs / (busyMs - since);
    // After a change of size, the share has to be measured again.
    const mayGrow = bytes < allowedBytes || (!isResized && share > (worthwhileShare * bytes) / allowedBytes);
    if (mayGrow !== grows) setFlagsFromString(`--semi-space-growth-factor=${mayGrow ? 2 : 1}`);
    grows = mayGrow;
    since = busyMs;
    spentMs = 0;
  });
  observer.observe({ type: 'gc' });
}

/** The size of the young generation. */
function youngBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? 0;
}
