/**
 * The programs that read photos, shared by all homes of a test process that tests something else: starting a set for
 * each home takes half a second of CPU time. They end when they are idle, or with the process.
 */
import { openDecoders, type Decoders } from '../src/photo/decode/decoder-pool.js';
import { openMetadata, type Metadata } from '../src/photo/facts/read-metadata.js';

/** The programs with which a home reads photos; closing it leaves them running for others. */
export interface Readers {
  decoders: Decoders;
  metadata: Metadata;
}

let readers: Readers | undefined;

/** The readers of this process, with two programs each. */
export function sharedReaders(): Readers {
  const close = (): Promise<void> => Promise.resolve();
  return (readers ??= {
    decoders: { ...openDecoders({ workers: 2 }), close },
    metadata: { ...openMetadata({ processes: 2 }), close },
  });
}
