package lockstep.tools.cluster;

import java.util.List;
import java.util.Map;
import lockstep.ft.definition.VmDefinition;
import lockstep.ft.definition.VmDefinition.Disk;
import lockstep.ft.definition.VmDefinition.Network;
import lockstep.ft.definition.VmDefinition.PublishedPort;
import lockstep.tools.image.GuestDescription;
import lockstep.tools.image.GuestDescription.FileDescription;

/** A VM with a web server's guest, for tests. */
public final class SampleVm {
  public static final String KERNEL = "1".repeat(64);
  public static final String ROOT = "3".repeat(64);

  private SampleVm() {}

  /** Publishes port 80, has 128 MiB. */
  public static DefinedVm defined() {
    return new DefinedVm(guest(ROOT), definition(List.of(new PublishedPort(80, 80)), 128L << 20));
  }

  public static GuestDescription guest(String rootDigest) {
    return new GuestDescription(
        GuestDescription.FORMAT,
        "recipe",
        "trixie",
        "6.12",
        "nginx -g daemon",
        List.of(80),
        128L << 20,
        "quiet",
        Map.of(
            "kernel", new FileDescription(1, KERNEL),
            "initramfs", new FileDescription(2, "2".repeat(64)),
            "root.img", new FileDescription(4096, rootDigest)),
        List.of());
  }

  public static VmDefinition definition(List<PublishedPort> published, long memoryBytes) {
    return new VmDefinition(
        "web",
        memoryBytes,
        1,
        250,
        KERNEL,
        "2".repeat(64),
        "quiet",
        List.of(new Disk("root", 4096, false)),
        new Network("52:54:00:12:34:56", "10.0.2.15", "10.0.2.2", "10.0.2.3", 24, published));
  }
}
