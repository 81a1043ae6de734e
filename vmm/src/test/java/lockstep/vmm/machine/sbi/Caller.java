package lockstep.vmm.machine.sbi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import lockstep.ft.machine.Output;
import lockstep.vmm.machine.Machine;
import lockstep.vmm.machine.MachineConfig;
import lockstep.vmm.machine.device.console.ConsoleStream;
import lockstep.vmm.machine.hart.Hart;

/** A supervisor that makes calls, on a hart of its own. */
final class Caller {
  static final long RAM_BYTES = 1 << 20;

  static final long BASE = 0x10;
  static final long TIME = 0x54494D45;
  static final long IPI = 0x735049;
  static final long RFENCE = 0x52464E43;
  static final long HSM = 0x48534D;
  static final long SRST = 0x53525354;
  static final long DBCN = 0x4442434E;

  final Machine machine = new Machine(new MachineConfig(RAM_BYTES, 1000));
  final Hart hart = machine.hart();
  final ConsoleStream console = new ConsoleStream(output -> machine.outputs().emit(output));
  private final Sbi sbi = new Sbi(machine.memory(), console, machine.outputs());

  /** What a call left in a0 and a1. */
  record Result(long error, long value) {}

  Result call(long extension, long function, long... arguments) {
    for (int i = 0; i < 6; i++) {
      hart.setX(10 + i, i < arguments.length ? arguments[i] : 0x5a5a_5a5a_5a5aL + i);
    }
    hart.setX(16, function);
    hart.setX(17, extension);
    sbi.call(hart);
    return new Result(hart.x(10), hart.x(11));
  }

  /** Asserts that a call fails with an error. */
  void refused(long error, long extension, long function, long... arguments) {
    assertEquals(error, call(extension, function, arguments).error());
  }

  /** Asserts that a call succeeds, and returns its value. */
  long succeeds(long extension, long function, long... arguments) {
    Result result = call(extension, function, arguments);
    assertEquals(0, result.error());
    return result.value();
  }

  List<Output> outputs() {
    List<Output> outputs = new ArrayList<>();
    machine.drainOutputs(outputs::add);
    return outputs;
  }

  /** The console's text up to now. */
  String consoleText() {
    console.flush();
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    for (Output output : outputs()) {
      if (output instanceof Output.ConsoleWritten written) {
        text.writeBytes(written.data().array());
      }
    }
    return text.toString(StandardCharsets.UTF_8);
  }
}
