package lockstep.tools.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import lockstep.tools.cluster.ServerHttp;
import lockstep.tools.cluster.VmSetup;
import lockstep.tools.image.Guest;
import lockstep.tools.image.ImageException;
import lockstep.tools.image.Progress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lockstep define}: puts a guest onto a disk server under a name. */
@Command(
    name = "define",
    description = {
      "Defines a VM on a disk server: uploads kernel and initramfs, stores the definition, makes",
      "its root disk and imports the guest's root image into it. `up` does this by itself.",
      "A VM that is defined already is left alone, unless --replace is given.",
      "",
      "Takes no --state: the disk server that it is told holds everything."
    })
public final class DefineCommand implements Callable<Integer> {
  @Option(names = "--vm", required = true, paramLabel = "NAME", description = "Name of the VM.")
  private String vm = "";

  @Option(
      names = "--guest",
      required = true,
      paramLabel = "DIR",
      description = "A finished guest, made by `lockstep image`.")
  private Path directory = Path.of("guest");

  @Option(
      names = "--publish",
      paramLabel = "PORT:GUEST_PORT",
      description = "Clients reach the guest's port at this one (default: the same number).")
  private List<String> publish = List.of();

  @Option(
      names = "--memory",
      paramLabel = "MIB",
      defaultValue = "0",
      description = "Guest RAM (default: as the guest needs).")
  private long memoryMebibytes;

  @Option(
      names = "--replace",
      description = "Define a VM anew; what its guest has written to its root disk is lost.")
  private boolean replace;

  @Mixin private DiskServerAddress diskServer = new DiskServerAddress();

  @Override
  public Integer call() throws IOException, ImageException {
    Guest guest =
        Guest.open(directory)
            .orElseThrow(() -> new IOException("no finished guest in " + directory));
    try (ServerHttp http = new ServerHttp(diskServer.http().getHostString())) {
      VmSetup setup = new VmSetup(http, diskServer.http().getPort(), diskServer.nbd());
      if (!replace && setup.isDefined(vm)) {
        throw new IOException(
            "%s is defined on %s already; take another --vm, or --replace, by which all that its guest has written to its disk is lost"
                .formatted(vm, diskServer.http().getHostString()));
      }
      setup.define(
          VmSetup.definition(vm, guest, Published.parse(publish), memoryMebibytes << 20),
          guest,
          Progress.onStandardError());
    }
    System.out.printf("%s is defined on %s%n", vm, diskServer.http().getHostString());
    return 0;
  }
}
