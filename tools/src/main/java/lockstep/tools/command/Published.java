package lockstep.tools.command;

import java.io.IOException;
import lockstep.ft.definition.DefinitionCodec;
import lockstep.ft.definition.InvalidDefinitionException;
import lockstep.ft.definition.VmDefinition;
import lockstep.ft.definition.VmDefinition.PublishedPort;
import lockstep.tools.cluster.Cluster;

/** What the VM of a cluster publishes, as the disk server knows it. */
final class Published {
  private Published() {}

  static VmDefinition definition(Cluster cluster) throws IOException {
    String vm = cluster.settings().vm();
    String json =
        cluster
            .http()
            .text(cluster.settings().diskHttpPort(), "/vms/" + vm)
            .orElseThrow(() -> new IOException("the disk server knows no VM " + vm));
    try {
      return DefinitionCodec.fromJson(json);
    } catch (InvalidDefinitionException e) {
      throw new IOException("the definition of " + vm + " is refused: " + e.getMessage(), e);
    }
  }

  /** The first published port. */
  static PublishedPort first(Cluster cluster) throws IOException {
    return definition(cluster).network().published().stream()
        .findFirst()
        .orElseThrow(() -> new IOException("the VM publishes no port"));
  }
}
