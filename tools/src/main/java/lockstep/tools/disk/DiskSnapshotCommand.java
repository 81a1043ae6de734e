package lockstep.tools.disk;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code lockstep disk snapshot}. */
@Command(
    name = "snapshot",
    description = {
      "Keeps a disk as it is at a moment, also while a guest runs: as if its power were cut then.",
      "A snapshot is exported read-only as VM/DISK@NAME."
    })
final class DiskSnapshotCommand implements Runnable {
  private static final String DISK = "VM/DISK";
  private static final String NAME = "NAME";

  @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

  /** Called without a command. */
  @Override
  public void run() {
    if (spec != null) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "create, list, rollback or delete?");
    }
  }

  @Command(name = "create", description = "Takes a snapshot.")
  int create(
      @Mixin DiskTarget server,
      @Parameters(paramLabel = DISK) String disk,
      @Parameters(paramLabel = NAME) String name)
      throws IOException {
    try (DiskApi api = server.api()) {
      api.snapshot(Names.disk(disk).path(), name);
    }
    return 0;
  }

  @Command(name = "list", description = "Lists a disk's snapshots.")
  int list(@Mixin DiskTarget server, @Parameters(paramLabel = DISK) String disk)
      throws IOException {
    try (DiskApi api = server.api()) {
      for (JsonNode snapshot : api.get(Names.disk(disk).path()).path("snapshots")) {
        System.out.printf(
            "%-24s %s  %s%n",
            snapshot.path("name").asText(),
            Instant.ofEpochMilli(snapshot.path("createdMillis").asLong())
                .truncatedTo(ChronoUnit.SECONDS),
            ByteSizes.format(snapshot.path("sizeBytes").asLong()));
      }
    }
    return 0;
  }

  @Command(
      name = "rollback",
      description = {
        "Makes the disk what it was; what was written since is lost. Nobody may be using it."
      })
  int rollBack(
      @Mixin DiskTarget server,
      @Parameters(paramLabel = DISK) String disk,
      @Parameters(paramLabel = NAME) String name)
      throws IOException {
    try (DiskApi api = server.api()) {
      api.rollBack(Names.disk(disk).path(), name);
    }
    return 0;
  }

  @Command(name = "delete", description = "Forgets a snapshot.")
  int delete(
      @Mixin DiskTarget server,
      @Parameters(paramLabel = DISK) String disk,
      @Parameters(paramLabel = NAME) String name)
      throws IOException {
    try (DiskApi api = server.api()) {
      api.deleteSnapshot(Names.disk(disk).path(), name);
    }
    return 0;
  }
}
