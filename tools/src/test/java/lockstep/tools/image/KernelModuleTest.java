package lockstep.tools.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

final class KernelModuleTest {
  @TempDir private Path directory = Path.of("");

  @Test
  void theSignatureIsCutOffWithSignerAndKeyId() throws Exception {
    byte[] module = moduleWith("depends=\0");
    assertArrayEquals(module, KernelModule.cutSignature(signed(module, 5, 7, 300)));
    assertArrayEquals(module, KernelModule.cutSignature(signed(module, 0, 0, 0)));
  }

  @Test
  void anUnsignedModuleStaysAsItIs() throws Exception {
    byte[] module = moduleWith("depends=\0");
    assertArrayEquals(module, KernelModule.cutSignature(module));
  }

  @Test
  void aSignatureLongerThanItsFileIsRefused() {
    byte[] lying = signed(new byte[10], 0, 0, 0);
    ByteBuffer.wrap(lying).putInt(10 + 8, 11);
    assertThrows(ImageException.class, () -> KernelModule.cutSignature(lying));
    byte[] markerOnly = "~Module signature appended~\n".getBytes(StandardCharsets.US_ASCII);
    assertThrows(ImageException.class, () -> KernelModule.cutSignature(markerOnly));
  }

  @Test
  void dependenciesComeFromTheModulesOwnInformation() throws Exception {
    assertEquals(
        List.of("net_failover", "virtio"),
        KernelModule.dependencies(
            moduleWith("alias=depends=no\0license=GPL\0depends=net-failover,virtio\0name=x\0")));
    assertEquals(List.of(), KernelModule.dependencies(moduleWith("depends=\0")));
  }

  @Test
  void aDamagedSectionTableIsRefused() {
    byte[] module = moduleWith("depends=\0");
    ByteBuffer.wrap(module).order(ByteOrder.LITTLE_ENDIAN).putLong(0x28, 1L << 40);
    assertThrows(ImageException.class, () -> KernelModule.dependencies(module));
  }

  @Test
  void modulesAreLoadedAfterWhatTheyNeedAndOnce() throws Exception {
    Path ext4 = packed("ext4.ko.xz", moduleWith("depends=jbd2,crc16\0"));
    Path jbd2 = packed("jbd2.ko.xz", moduleWith("depends=crc16\0"));
    Path crc16 = packed("crc16.ko.xz", moduleWith("depends=\0"));
    KernelPackage kernel =
        new KernelPackage(
            directory.resolve("vmlinux"), "6", Map.of("ext4", ext4, "jbd2", jbd2, "crc16", crc16));
    assertEquals(
        List.of("crc16", "jbd2", "ext4"),
        List.copyOf(kernel.load(List.of("ext4", "crc16")).sequencedKeySet()));
    assertEquals(
        "kernel 6 has no module xfs",
        assertThrows(ImageException.class, () -> kernel.load(List.of("xfs"))).getMessage());
  }

  @Test
  void namesAreThoseOfTheKernelNotOfTheFile() {
    assertEquals("virtio_rng", KernelModule.name(Path.of("a/virtio-rng.ko.xz")));
    assertEquals("ext4", KernelModule.name(Path.of("ext4.ko")));
  }

  private Path packed(String name, byte[] module) throws IOException {
    Path file = directory.resolve(name);
    try (XZOutputStream out =
        new XZOutputStream(Files.newOutputStream(file), new LZMA2Options(0))) {
      out.write(signed(module, 0, 0, 9));
    }
    return file;
  }

  private static byte[] signed(byte[] module, int signerBytes, int keyIdBytes, int signatureBytes) {
    byte[] marker = "~Module signature appended~\n".getBytes(StandardCharsets.US_ASCII);
    int appended = signerBytes + keyIdBytes + signatureBytes;
    ByteBuffer all = ByteBuffer.allocate(module.length + appended + 12 + marker.length);
    all.put(module).position(module.length + appended);
    all.put((byte) 0).put((byte) 4).put((byte) 2);
    all.put((byte) signerBytes).put((byte) keyIdBytes).put(new byte[3]).putInt(signatureBytes);
    return all.put(marker).array();
  }

  /** The smallest ELF with a section {@code .modinfo}: header, two sections' bytes, their table. */
  static byte[] moduleWith(String information) {
    byte[] names = "\0.modinfo\0.shstrtab\0".getBytes(StandardCharsets.US_ASCII);
    byte[] strings = information.getBytes(StandardCharsets.US_ASCII);
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(new byte[64]);
    body.writeBytes(names);
    body.writeBytes(strings);
    int table = body.size();
    body.writeBytes(new byte[3 * 64]);
    ByteBuffer elf = ByteBuffer.wrap(body.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
    elf.put(0, new byte[] {0x7f, 'E', 'L', 'F'});
    elf.putLong(0x28, table);
    elf.putShort(0x3a, (short) 64).putShort(0x3c, (short) 3).putShort(0x3e, (short) 2);
    section(elf, table + 64, 1, 64 + names.length, strings.length);
    section(elf, table + 128, 10, 64, names.length);
    return elf.array();
  }

  private static void section(ByteBuffer elf, int at, int name, int offset, int size) {
    elf.putInt(at, name).putLong(at + 0x18, offset).putLong(at + 0x20, size);
  }
}
