package lockstep.tools.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GuestArchiveTest {
  @TempDir private Path directory = Path.of("");

  @Test
  void whatIsExportedIsImportedToTheByte() throws Exception {
    Guest guest = sampleGuest();
    Path file = directory.resolve("guest.tar.gz");
    GuestArchive.write(guest, file, Progress.none());
    Guest imported = GuestArchive.read(file, directory.resolve("there"), Progress.none());
    assertEquals(guest.description(), imported.description());
    for (String name : Guest.FILES) {
      assertArrayEquals(
          Files.readAllBytes(guest.directory().resolve(name)),
          Files.readAllBytes(imported.directory().resolve(name)),
          name);
    }
    assertEquals(imported, Guest.open(directory.resolve("there")).orElseThrow());
  }

  @Test
  void theSameGuestIsExportedToTheSameBytes() throws Exception {
    Guest guest = sampleGuest();
    GuestArchive.write(guest, directory.resolve("a"), Progress.none());
    GuestArchive.write(guest, directory.resolve("b"), Progress.none());
    assertArrayEquals(
        Files.readAllBytes(directory.resolve("a")), Files.readAllBytes(directory.resolve("b")));
  }

  @Test
  void whatAGuestIsIsToldWithoutUnpackingIt() throws Exception {
    Guest guest = sampleGuest();
    Path file = directory.resolve("guest.tar.gz");
    GuestArchive.write(guest, file, Progress.none());
    assertEquals(guest.description(), GuestImages.describe(file));
    assertEquals(guest.description(), GuestImages.describe(guest.directory()));
    assertTrue(guest.description().brief().startsWith("true, root disk "));
    assertThrows(ImageException.class, () -> GuestImages.describe(directory.resolve("none")));
    assertThrows(ImageException.class, () -> GuestImages.describe(directory));
  }

  @Test
  void anExportedGuestIsImportedOnceAndThenFound() throws Exception {
    Guest guest = sampleGuest();
    Path file = directory.resolve("guest.tar.gz");
    GuestArchive.write(guest, file, Progress.none());
    Path there = directory.resolve("there");
    assertEquals(there, GuestImages.open(file, there, Progress.none()).directory());
    var imported = Files.getLastModifiedTime(there.resolve(Guest.DESCRIPTION));
    GuestImages.open(file, there, Progress.none());
    assertEquals(imported, Files.getLastModifiedTime(there.resolve(Guest.DESCRIPTION)));
    assertEquals(guest, GuestImages.open(guest.directory(), there, Progress.none()));
  }

  @Test
  void zerosTakeNextToNoPlace() throws Exception {
    Path file = directory.resolve("guest.tar.gz");
    GuestArchive.write(sampleGuest(), file, Progress.none());
    assertTrue(Files.size(file) < 100_000, () -> "bytes: " + file.toFile().length());
  }

  @Test
  void aFileCutOffAnywhereIsRefusedAndLeavesNothing() throws Exception {
    Path file = directory.resolve("guest.tar.gz");
    GuestArchive.write(sampleGuest(), file, Progress.none());
    byte[] whole = Files.readAllBytes(file);
    Path output = directory.resolve("there");
    for (int length = 0; length < whole.length; length += 997) {
      Path cut = directory.resolve("cut");
      Files.write(cut, Arrays.copyOf(whole, length));
      ImageException refused =
          assertThrows(ImageException.class, () -> GuestArchive.read(cut, output, Progress.none()));
      assertTrue(refused.toString().contains("cut"), refused.toString());
    }
    assertEquals(0, output.toFile().list().length);
  }

  @Test
  void aDamagedByteIsNoticed() throws Exception {
    Path file = directory.resolve("guest.tar.gz");
    GuestArchive.write(sampleGuest(), file, Progress.none());
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 0x10;
    Files.write(file, bytes);
    assertThrows(
        ImageException.class,
        () -> GuestArchive.read(file, directory.resolve("there"), Progress.none()));
  }

  @Test
  void anyOtherFileIsSaidNotToBeAGuest() throws Exception {
    Path file = Files.writeString(directory.resolve("letter.txt"), "Dear reader, ...");
    ImageException refused =
        assertThrows(
            ImageException.class,
            () -> GuestArchive.read(file, directory.resolve("there"), Progress.none()));
    assertEquals(file + " is not an exported guest", refused.getMessage());
  }

  @Test
  void aGuestThatHasChangedOnDiskIsNotExported() throws Exception {
    Guest guest = sampleGuest();
    Files.write(guest.kernel(), new byte[(int) Files.size(guest.kernel())]);
    assertThrows(
        ImageException.class,
        () -> GuestArchive.write(guest, directory.resolve("a"), Progress.none()));
  }

  @Test
  void aGuestWithAFileTooShortIsNotOne() throws Exception {
    Guest guest = sampleGuest();
    assertTrue(Guest.open(guest.directory()).isPresent());
    Files.write(guest.initramfs(), new byte[2]);
    assertTrue(Guest.open(guest.directory()).isEmpty());
  }

  private Guest sampleGuest() throws IOException {
    Path guest = Files.createDirectories(directory.resolve("guest"));
    byte[] noise = new byte[20_000];
    new Random(1).nextBytes(noise);
    byte[] disk = new byte[4 << 20];
    System.arraycopy(noise, 0, disk, 1 << 20, noise.length);
    Map<String, byte[]> contents =
        Map.of(Guest.KERNEL, noise, Guest.INITRAMFS, new byte[] {1, 2, 3}, Guest.ROOT, disk);
    Map<String, GuestDescription.FileDescription> files = new TreeMap<>();
    for (var content : contents.entrySet()) {
      Files.write(guest.resolve(content.getKey()), content.getValue());
      files.put(
          content.getKey(),
          new GuestDescription.FileDescription(
              content.getValue().length, Digests.of(content.getValue())));
    }
    GuestDescription description =
        new GuestDescription(
            GuestDescription.FORMAT,
            "0",
            "trixie",
            "6",
            "true",
            List.of(80),
            128L << 20,
            "quiet",
            files,
            List.of(new GuestDescription.InstalledPackage("base-files", "1:2")));
    Files.writeString(guest.resolve(Guest.DESCRIPTION), description.toJson());
    return new Guest(guest, description);
  }
}
