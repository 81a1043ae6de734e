package lockstep.tools.chaos.network;

import java.io.IOException;
import java.util.List;

/** The wires of one VMM: those by which it reaches the other servers, and its log channel's. */
public record Wires(Wire disks, Wire arbiter, Wire proxy, Wire log) {

  /** Lets everything pass again through all of them. */
  void mend() throws IOException {
    for (Wire wire : List.of(disks, arbiter, proxy, log)) {
      wire.mend();
    }
  }
}
