import { InferenceSession } from 'onnxruntime-node'

/** Anything that holds native memory and must be let go once. */
export interface Disposable {
  dispose(): Promise<void>
}

/**
 * A session on one thread: parallelism comes from several workers, each with its own session, which
 * is faster than one session on several threads at these model sizes (MODELS.json, t1 against t2).
 * `run` blocks the calling thread, so this belongs in a worker.
 */
export const openSession = (model: Uint8Array): Promise<InferenceSession> =>
  // The runtime takes no shared memory, and keeps nothing of what it is given.
  InferenceSession.create(model.buffer instanceof ArrayBuffer ? model : model.slice(), {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    logSeverityLevel: 3,
  })
