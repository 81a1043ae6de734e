package lockstep.disk.nbd;

import lockstep.disk.store.BlockStore;

/**
 * A change that a client asks for, or a part of one: the payload of a long WRITE is applied as it
 * arrives.
 *
 * @param last whether it ends its request, so that an answer is due
 */
record Change(long cookie, BlockStore.Change bytes, Kind kind, boolean fua, boolean last) {

  /** For the metrics. */
  enum Kind {
    WRITE,
    TRIM,
    WRITE_ZEROES
  }
}
