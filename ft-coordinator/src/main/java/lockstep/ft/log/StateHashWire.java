package lockstep.ft.log;

import lockstep.ft.machine.StateHash;
import lockstep.ft.wire.MalformedMessageException;
import lockstep.ft.wire.WireReader;
import lockstep.ft.wire.WireWriter;

/** Bytes of a {@link StateHash}, wherever one is sent or kept. */
public final class StateHashWire {
  private StateHashWire() {}

  public static void write(StateHash hash, WireWriter out) {
    out.int64(hash.harts()).int64(hash.memory());
  }

  public static StateHash read(WireReader in) throws MalformedMessageException {
    return new StateHash(in.int64(), in.int64());
  }
}
