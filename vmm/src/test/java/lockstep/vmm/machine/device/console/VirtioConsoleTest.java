package lockstep.vmm.machine.device.console;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import lockstep.ft.machine.Bytes;
import lockstep.ft.machine.Output;
import lockstep.vmm.machine.device.FakeRam;
import lockstep.vmm.machine.device.StateCopy;
import lockstep.vmm.machine.device.virtio.TestDriver;
import lockstep.vmm.machine.device.virtio.TestDriver.Part;
import lockstep.vmm.machine.device.virtio.VirtioMmio;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class VirtioConsoleTest {
  private static final int RECEIVE = 0;
  private static final int TRANSMIT = 1;

  private final FakeRam ram = new FakeRam(0x8_0000);
  private final List<Output> outputs = new ArrayList<>();
  private final ConsoleStream stream = new ConsoleStream(outputs::add);
  private final VirtioConsole console = new VirtioConsole(stream, ram, a -> {});
  private final VirtioMmio mmio = new VirtioMmio(console);
  private final TestDriver driver = new TestDriver(ram, mmio, 16);

  @BeforeEach
  void start() {
    driver.start(driver.deviceFeatures(), 2);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Test
  void aBufferWrittenIsOneOutputBehindWhatWasGathered() {
    stream.write('>');
    ram.write(TestDriver.BUFFERS, ascii("hi"));
    driver.add(TRANSMIT, Part.toRead(TestDriver.BUFFERS, 2));
    driver.kick(TRANSMIT);
    assertEquals(
        List.of(
            new Output.ConsoleWritten(0, Bytes.of(ascii(">"))),
            new Output.ConsoleWritten(1, Bytes.of(ascii("hi")))),
        outputs);
  }

  @Test
  void typedBytesWaitForBuffersAndFillThemInOrder() {
    console.received(ascii("hello"));
    driver.add(RECEIVE, Part.toWrite(TestDriver.BUFFERS, 3));
    driver.kick(RECEIVE);
    assertArrayEquals(ascii("hel"), ram.read(TestDriver.BUFFERS, 3));
    driver.add(RECEIVE, Part.toWrite(TestDriver.BUFFERS, 3));
    driver.kick(RECEIVE);
    assertArrayEquals(ascii("lol"), ram.read(TestDriver.BUFFERS, 3));
    assertEquals(2, driver.usedLength(RECEIVE, 1));
  }

  @Test
  void gatheredBytesAreState() {
    stream.write('a');
    ConsoleStream restored = new ConsoleStream(outputs::add);
    StateCopy.copy(stream, restored);
    restored.write('\n');
    assertEquals(List.of(new Output.ConsoleWritten(0, Bytes.of(ascii("a\n")))), outputs);
  }
}
