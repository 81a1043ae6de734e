package lockstep.tools.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import lockstep.tools.cluster.ClusterSettings.ReplicaPorts;
import lockstep.tools.cluster.ReplicaView;
import lockstep.tools.cluster.ServerProcess;
import lockstep.tools.cluster.ServerProcess.Running;
import lockstep.tools.cluster.StateDirectory;
import org.junit.jupiter.api.Test;

final class StatusTextTest {
  private static final Optional<Running> RUNS = Optional.of(new Running(42, false));
  private static final Optional<Running> STOPPED = Optional.of(new Running(42, true));

  @Test
  void aServerIsUpSilentStoppedOrDown() {
    assertEquals("disk-server   up           pid 42", StatusText.server("disk-server", RUNS, true));
    assertEquals(
        "disk-server   silent       pid 42", StatusText.server("disk-server", RUNS, false));
    assertEquals("disk-server   down", StatusText.server("disk-server", Optional.empty(), false));
    assertEquals(
        "vmm-1         stopped      pid 42  (lockstep kill vmm-1 --signal CONT continues it)",
        StatusText.server("vmm-1", STOPPED, false));
  }

  @Test
  void withoutAKeeperNothingIsStartedAgain() {
    assertEquals("keeper        up           pid 42", StatusText.keeper(RUNS));
    assertEquals(
        "keeper        down: what dies is not started again, until `lockstep up`",
        StatusText.keeper(Optional.empty()));
  }

  @Test
  void aReplicasRatesAreOfTheTimeBetweenTwoLooks() {
    ReplicaView before = view("vmm-1", "PRIMARY", 10_000_000, 500);
    ReplicaView after = view("vmm-1", "PRIMARY", 60_000_000, 1_500);
    assertEquals(
        "vmm-1         PRIMARY      pid 42  epoch 2  position 7,000  100.0 MIPS  lag 1.5 ms  log 2,000 B/s",
        StatusText.replica(before, after, 0.5));
  }

  @Test
  void aReplicaNamesTheWaysItLacksAndTheTransferItMakes() {
    ReplicaView view = view("vmm-1", "ALONE", 0, 0);
    ObjectNode status = (ObjectNode) view.status().orElseThrow();
    status.putObject("paths").put("arbiter", true).put("proxy", false).put("disks", false);
    status.putObject("transfer").put("round", 2).put("bytesSent", 7_500_000).put("pagesLeft", 1234);
    String text = StatusText.replica(view, view, 0.5);
    assertTrue(text.contains("log 0 B/s  no way to: proxy, disks"), text);
    assertTrue(
        text.endsWith("sends its state: round 2, 7.5 MB sent, 1,234 pages of this round left"),
        text);
  }

  @Test
  void aReplicaThatWasStartedAnewInBetweenHasNoNegativeRate() {
    assertEquals(
        "vmm-1         BACKUP       pid 42  epoch 2  position 7,000  0.0 MIPS  lag 1.5 ms  log 0 B/s",
        StatusText.replica(
            view("vmm-1", "PRIMARY", 60_000_000, 1_500), view("vmm-1", "BACKUP", 0, 0), 0.5));
  }

  @Test
  void aGuestThatWasStartedAnewIsToldSo() {
    ReplicaView live = view("vmm-1", "PRIMARY", 0, 0);
    ObjectNode status = (ObjectNode) live.status().orElseThrow();
    status.put("guestGeneration", 1);
    assertEquals(Optional.empty(), StatusText.startedAnew(List.of(live)));
    status.put("guestGeneration", 3);
    String text =
        StatusText.startedAnew(List.of(view("vmm-2", "BACKUP", 0, 0), live)).orElseThrow();
    assertTrue(text.startsWith("generation 3: the guest has been started"), text);
    assertTrue(text.contains("3 times"), text);
  }

  @Test
  void aTransferThatIsHeldUpSaysWhy() {
    ReplicaView view = view("vmm-1", "ALONE", 0, 0);
    ObjectNode status = (ObjectNode) view.status().orElseThrow();
    status.putObject("paths");
    status.putObject("transfer").put("round", 2).put("heldUp", true);
    assertTrue(StatusText.replica(view, view, 0.5).contains("the guest is slowed until"));
  }

  @Test
  void theVerdictSaysWhichProcessIsWhich() {
    assertEquals(
        "protected: vmm-2 is the primary, vmm-1 its backup; the guest survives the death of either",
        StatusText.verdict(List.of(view("vmm-1", "BACKUP", 0, 0), view("vmm-2", "PRIMARY", 0, 0))));
    assertEquals(
        "vmm-2 is live, but alone: the next death of its VMM ends the guest",
        StatusText.verdict(List.of(down("vmm-1"), view("vmm-2", "ALONE", 0, 0))));
    assertEquals("nobody is live", StatusText.verdict(List.of(down("vmm-1"), down("vmm-2"))));
  }

  private static ReplicaView view(String name, String role, long steps, long logBytes) {
    ObjectNode status = JsonNodeFactory.instance.objectNode();
    status.put("role", role).put("live", !role.equals("BACKUP")).put("epoch", 2);
    status.put("position", 7_000).put("lagMillis", 1.5);
    status.put("stepsTotal", steps).put("logBytesTotal", logBytes);
    return new ReplicaView(process(name), new ReplicaPorts(1, 2, 3), RUNS, Optional.of(status));
  }

  private static ReplicaView down(String name) {
    return new ReplicaView(
        process(name), new ReplicaPorts(1, 2, 3), Optional.empty(), Optional.empty());
  }

  private static ServerProcess process(String name) {
    return new ServerProcess(new StateDirectory(Path.of("nowhere")), name);
  }
}
