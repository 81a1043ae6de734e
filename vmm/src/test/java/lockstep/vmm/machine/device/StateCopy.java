package lockstep.vmm.machine.device;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import lockstep.vmm.machine.state.HashingVisitor;
import lockstep.vmm.machine.state.RestoringVisitor;
import lockstep.vmm.machine.state.SavingVisitor;
import lockstep.vmm.machine.state.Stateful;

/** Saves, restores and hashes a device's state. */
public final class StateCopy {
  private StateCopy() {}

  public static byte[] save(Stateful from) {
    ByteArrayOutputStream saved = new ByteArrayOutputStream();
    from.visit(new SavingVisitor(new DataOutputStream(saved)));
    return saved.toByteArray();
  }

  public static void copy(Stateful from, Stateful to) {
    to.visit(new RestoringVisitor(new DataInputStream(new ByteArrayInputStream(save(from)))));
  }

  public static long hash(Stateful state) {
    HashingVisitor visitor = new HashingVisitor();
    state.visit(visitor);
    return visitor.hash();
  }
}
