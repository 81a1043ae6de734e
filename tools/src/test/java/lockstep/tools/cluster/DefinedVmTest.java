package lockstep.tools.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lockstep.ft.definition.VmDefinition;
import lockstep.ft.definition.VmDefinition.PublishedPort;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DefinedVmTest {
  private static final DefinedVm VM = SampleVm.defined();

  @TempDir private Path root = Path.of("");

  @Test
  void isReadBackAsItWasWritten() throws IOException {
    StateDirectory state = new StateDirectory(root);
    assertEquals(Optional.empty(), DefinedVm.load(state));
    VM.store(state);
    assertEquals(Optional.of(VM), DefinedVm.load(state));
  }

  @Test
  void aDamagedFileIsNamed() throws IOException {
    StateDirectory state = new StateDirectory(root);
    Files.writeString(state.definedFile(), "{");
    IOException refused = assertThrows(IOException.class, () -> DefinedVm.load(state));
    assertTrue(
        String.valueOf(refused.getMessage()).startsWith(state.definedFile() + " is damaged"));
  }

  @Test
  void withoutAWishItStaysAsItIs() {
    assertEquals(VM, VM.with(Map.of(), 0));
  }

  @Test
  void aWishChangesPortsAndMemoryAndNothingElse() {
    assertEquals(
        new DefinedVm(
            VM.guest(), SampleVm.definition(List.of(new PublishedPort(8080, 80)), 256L << 20)),
        VM.with(Map.of(80, 8080), 256L << 20));
  }

  @Test
  void aDiskThatWasResizedStaysSo() {
    VmDefinition resized =
        VM.definition()
            .withDisks(
                disk -> new VmDefinition.Disk(disk.name(), 2 * disk.sizeBytes(), disk.readOnly()));
    DefinedVm wished = VM.with(Map.of(80, 8080), 0);
    assertEquals(resized.disks(), wished.withDisksOf(resized).definition().disks());
    assertEquals(wished.definition().network(), wished.withDisksOf(resized).definition().network());
  }

  @Test
  void aGuestPortThatIsNotPublishedByItselfIsAdded() {
    assertEquals(
        List.of(new PublishedPort(80, 80), new PublishedPort(2222, 22)),
        DefinedVm.published(List.of(new PublishedPort(80, 80)), Map.of(22, 2222)));
  }
}
