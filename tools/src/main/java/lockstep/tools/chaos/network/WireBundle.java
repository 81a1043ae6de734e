package lockstep.tools.chaos.network;

import java.io.IOException;
import java.util.List;

/** Several wires, to which the same is done one after the other. */
record WireBundle(List<Wire> wires) implements Wire {
  WireBundle {
    wires = List.copyOf(wires);
  }

  @Override
  public void cut() throws IOException {
    for (Wire wire : wires) {
      wire.cut();
    }
  }

  @Override
  public void hold() throws IOException {
    for (Wire wire : wires) {
      wire.hold();
    }
  }

  @Override
  public void hold(Way way) throws IOException {
    for (Wire wire : wires) {
      wire.hold(way);
    }
  }

  @Override
  public void mend() throws IOException {
    for (Wire wire : wires) {
      wire.mend();
    }
  }

  /** Whether any is: one of them may be part of another bundle, too, that is held. */
  @Override
  public boolean isOpen() {
    return wires.stream().anyMatch(Wire::isOpen);
  }
}
