package lockstep.vmm.replica;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import lockstep.ft.definition.VmDefinition;
import lockstep.vmm.compiler.CompilerMode;
import lockstep.vmm.machine.Machine;

/** A guest that counts, and scribbles on its memory: a kernel of a dozen instructions. */
final class CountingGuest {
  static final VmDefinition DEFINITION =
      new VmDefinition(
          "toy",
          32 << 20,
          1,
          10_000,
          "0".repeat(64),
          "",
          "",
          List.of(),
          new VmDefinition.Network(
              "52:54:00:12:34:56", "10.0.2.15", "10.0.2.2", "10.0.2.3", 24, List.of()));

  /** Where it scribbles, on {@link #PAGES} pages. */
  static final long TABLE = 0x8040_0040L;

  static final int PAGES = 32;

  private static final int IMAGE_BYTES = 4096;

  private static final int[] PROGRAM = {
    0x00200297, // auipc t0,0x200: TABLE
    0x00000313, // li t1,0
    0x00130313, // loop: addi t1,t1,1
    0x7f837393, // andi t2,t1,0x7f8
    0x01f37f13, // andi t5,t1,0x1f
    0x00cf1f13, // slli t5,t5,12
    0x00728e33, // add t3,t0,t2
    0x01ee0e33, // add t3,t3,t5
    0x000e3e83, // ld t4,0(t3)
    0x006e8eb3, // add t4,t4,t1
    0x01de3023, // sd t4,0(t3)
    0xfddff06f, // j loop
  };

  private CountingGuest() {}

  static byte[] kernel() {
    ByteBuffer image = ByteBuffer.allocate(IMAGE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    image.putInt(0, 0x0400006f); // j 64
    image.putLong(0x08, 0x20_0000); // text_offset
    image.putLong(0x10, IMAGE_BYTES); // image_size
    image.put(0x30, "RISCV\0\0\0RSC\5".getBytes(StandardCharsets.US_ASCII));
    for (int i = 0; i < PROGRAM.length; i++) {
      image.putInt(64 + 4 * i, PROGRAM[i]);
    }
    return image.array();
  }

  static Machine machine() throws IOException {
    return Machines.create(
        DEFINITION, ByteBuffer.wrap(kernel()), ByteBuffer.allocate(0), CompilerMode.OFF);
  }
}
