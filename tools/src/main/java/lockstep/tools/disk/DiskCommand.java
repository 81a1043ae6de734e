package lockstep.tools.disk;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import lockstep.ft.nbd.ExportName;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lockstep disk}: makes, copies, lists and checks the disks of a disk server. */
@Command(
    name = "disk",
    description = {
      "Makes, imports, exports, snapshots and checks the disks of a disk server. A disk is named",
      "VM/DISK, a snapshot VM/DISK@SNAPSHOT; both are NBD exports of these names.",
      "",
      "Takes no --state: the disk server that it is told holds everything."
    },
    subcommands = DiskSnapshotCommand.class,
    footer = {
      "",
      "Example:",
      "  lockstep disk import debian.qcow2 web/data",
      "  lockstep disk snapshot create web/data before-upgrade",
      "  lockstep disk export web/data@before-upgrade data.img"
    })
public final class DiskCommand implements Runnable {
  private static final String DISK = "VM/DISK";

  @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

  /** Called without a command. */
  @Override
  public void run() {
    if (spec != null) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "which command? `lockstep disk --help` lists them");
    }
  }

  @Command(name = "create", description = "Makes a disk of zeroes.")
  int create(
      @Mixin DiskTarget server,
      @Parameters(paramLabel = DISK) String disk,
      @Parameters(paramLabel = "SIZE", converter = ByteSizes.class, description = "512M, 10G.")
          long sizeBytes)
      throws IOException {
    try (DiskApi api = server.api()) {
      api.create(Names.disk(disk).path(), sizeBytes);
    }
    return 0;
  }

  @Command(
      name = "import",
      description = {
        "Makes a disk of an image: raw, or one that qemu-img knows (qcow2). The disk has its name",
        "when it is whole; interrupt it at any time."
      })
  int importImage(
      @Mixin DiskTarget server,
      @Parameters(paramLabel = "IMAGE") Path image,
      @Parameters(paramLabel = DISK) String disk,
      @Option(
              names = "--size",
              paramLabel = "SIZE",
              defaultValue = "0",
              converter = ByteSizes.class,
              description = "Size of the disk (default: the image's).")
          long sizeBytes,
      @Option(names = "--overwrite", description = "Replace a disk that is there.")
          boolean overwrite)
      throws IOException {
    try (DiskApi api = server.api()) {
      ExportName name = Names.disk(disk);
      long size = new DiskImport(api, server.nbd()).run(image, name, sizeBytes, overwrite);
      System.out.printf("%s has %s%n", name.path(), ByteSizes.format(size));
    }
    return 0;
  }

  @Command(
      name = "export",
      description =
          "Makes an image of a disk or a snapshot, sparse. While a guest runs on the disk, the"
              + " image is as the disk was at one moment.")
  int exportImage(
      @Mixin DiskTarget server,
      @Parameters(paramLabel = "VM/DISK[@SNAPSHOT]") String disk,
      @Parameters(paramLabel = "IMAGE") Path image,
      @Option(
              names = "--format",
              paramLabel = "FORMAT",
              defaultValue = "raw",
              description = "raw, or one that qemu-img knows (default: ${DEFAULT-VALUE}).")
          String format,
      @Option(names = "--overwrite", description = "Replace a file that is there.")
          boolean overwrite)
      throws IOException {
    long size = new DiskExport(server.nbd()).run(Names.any(disk), image, format, overwrite);
    System.out.printf("%s has %s%n", image, ByteSizes.format(size));
    return 0;
  }

  @Command(name = "list", description = "Lists the disks.")
  int list(@Mixin DiskTarget server) throws IOException {
    try (DiskApi api = server.api()) {
      String form = "%-28s %10s %10s %9s  %s%n";
      System.out.printf(form, "DISK", "SIZE", "TAKES", "SNAPSHOTS", "USED BY");
      for (JsonNode disk : api.list()) {
        System.out.printf(
            form,
            disk.path("export").asText(),
            ByteSizes.format(disk.path("sizeBytes").asLong()),
            ByteSizes.format(disk.path("allocatedBytes").asLong()),
            disk.path("snapshots").size(),
            users(disk));
      }
    }
    return 0;
  }

  private static String users(JsonNode disk) {
    List<String> users = new ArrayList<>();
    for (JsonNode attach : disk.path("attaches")) {
      String access = attach.path("access").asText();
      users.add(
          access.equals("VMM") ? "VMM epoch " + attach.path("epoch").asLong() : "an NBD client");
    }
    return users.isEmpty() ? "nobody" : String.join(", ", users);
  }

  @Command(name = "info", description = "Tells about a disk.")
  int info(@Mixin DiskTarget server, @Parameters(paramLabel = DISK) String name)
      throws IOException {
    try (DiskApi api = server.api()) {
      JsonNode disk = api.get(Names.disk(name).path());
      JsonNode counts = disk.path("statistics");
      System.out.printf("disk       %s%n", disk.path("export").asText());
      System.out.printf("size       %s%n", ByteSizes.format(disk.path("sizeBytes").asLong()));
      System.out.printf(
          "takes      about %s%n", ByteSizes.format(disk.path("allocatedBytes").asLong()));
      System.out.printf(
          "defined    %s%n", disk.path("defined").asBoolean() ? "by its VM" : "by no VM");
      System.out.printf("used by    %s%n", users(disk));
      System.out.printf(
          "since start  %d reads (%s), %d writes (%s), %d zeroings, %d flushes, %d errors%n",
          counts.path("reads").asLong(),
          ByteSizes.format(counts.path("readBytes").asLong()),
          counts.path("writes").asLong(),
          ByteSizes.format(counts.path("writtenBytes").asLong()),
          counts.path("zeroed").asLong(),
          counts.path("flushes").asLong(),
          counts.path("errors").asLong());
      for (JsonNode snapshot : disk.path("snapshots")) {
        System.out.printf(
            "snapshot   %s of %s, %s%n",
            snapshot.path("name").asText(),
            Instant.ofEpochMilli(snapshot.path("createdMillis").asLong())
                .truncatedTo(ChronoUnit.SECONDS),
            ByteSizes.format(snapshot.path("sizeBytes").asLong()));
      }
    }
    return 0;
  }

  @Command(
      name = "clone",
      description = "Makes a disk that is equal to another one as it is now, or to a snapshot.")
  int copy(
      @Mixin DiskTarget server,
      @Parameters(paramLabel = "VM/DISK[@SNAPSHOT]") String from,
      @Parameters(paramLabel = DISK) String to)
      throws IOException {
    try (DiskApi api = server.api()) {
      api.copy(Names.any(from).toString(), Names.disk(to).path());
    }
    return 0;
  }

  @Command(
      name = "resize",
      description =
          "Makes a disk larger or smaller, and its VM's definition with it; what is beyond the new"
              + " end is lost. Nobody may be using it; but a running guest's disk can be made"
              + " larger, and the guest sees it at once.")
  int resize(
      @Mixin DiskTarget server,
      @Parameters(paramLabel = DISK) String disk,
      @Parameters(paramLabel = "SIZE", converter = ByteSizes.class) long sizeBytes)
      throws IOException {
    try (DiskApi api = server.api()) {
      api.resize(Names.disk(disk).path(), sizeBytes);
    }
    return 0;
  }

  @Command(
      name = "delete",
      description = "Deletes a disk and its snapshots. No VM's definition may name it.")
  int delete(@Mixin DiskTarget server, @Parameters(paramLabel = DISK) String disk)
      throws IOException {
    try (DiskApi api = server.api()) {
      api.delete(Names.disk(disk).path());
    }
    return 0;
  }

  @Command(
      name = "check",
      description =
          "Reads all that a disk or snapshot holds, while the store verifies its checksums"
              + " (RocksDB). Names what can't be read; then the exit code is 1.")
  int check(@Mixin DiskTarget server, @Parameters(paramLabel = "VM/DISK[@SNAPSHOT]") String disk)
      throws IOException {
    ExportName name = Names.any(disk);
    DiskCheck.Report report = new DiskCheck(server.nbd()).run(name);
    for (DiskCheck.Damage damage : report.damages()) {
      System.out.printf(
          "%s: %d bytes at %d: %s%n", name, damage.length(), damage.offset(), damage.error());
    }
    System.out.printf(
        "%s: read %s of %s, %d blocks damaged%n",
        name,
        ByteSizes.format(report.dataBytes()),
        ByteSizes.format(report.sizeBytes()),
        report.damages().size());
    return report.damages().isEmpty() ? 0 : 1;
  }

  @Command(
      name = "checkpoint",
      description = {
        "Copies the whole store while guests run, into checkpoints/NAME of the server's data",
        "directory: a data directory as that. Start a server on a copy only where no VMM of before",
        "runs any more."
      })
  int checkpoint(@Mixin DiskTarget server, @Parameters(paramLabel = "NAME") String name)
      throws IOException {
    try (DiskApi api = server.api()) {
      System.out.println(api.checkpoint(name));
    }
    return 0;
  }
}
