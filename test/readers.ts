/**
 * The programs that read photos, one set for all homes of a test process whose subject is something else: each home
 * starting its own takes half a second of processor time. They end when they are idle, or with the process.
 */
import { openDecoders, type Decoders } from '../src/photo/decode/decoder-pool.js';
import { openMetadata, type Metadata } from '../src/photo/facts/read-metadata.js';

/** What a home reads photos with; closing it leaves the programs to others. */
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
