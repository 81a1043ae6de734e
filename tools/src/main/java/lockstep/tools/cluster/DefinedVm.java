package lockstep.tools.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lockstep.ft.definition.VmDefinition;
import lockstep.ft.definition.VmDefinition.Network;
import lockstep.ft.definition.VmDefinition.PublishedPort;
import lockstep.tools.image.GuestDescription;

/**
 * What {@code up} has put onto its disk server, whole: written down after the last byte of the root
 * disk, so that a disk half written by an interrupted import is made anew.
 *
 * @param guest whose root disk was imported
 * @param definition as it is stored on the disk server
 */
public record DefinedVm(GuestDescription guest, VmDefinition definition) {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  /** What is defined in {@code state}, if anything is. */
  public static Optional<DefinedVm> load(StateDirectory state) throws IOException {
    Path file = state.definedFile();
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(MAPPER.readValue(file.toFile(), DefinedVm.class));
    } catch (JsonProcessingException e) {
      throw new IOException(file + " is damaged: " + e.getOriginalMessage(), e);
    }
  }

  public void store(StateDirectory state) throws IOException {
    Path file = state.definedFile();
    Path partial = file.resolveSibling(file.getFileName() + ".partial");
    MAPPER.writeValue(partial.toFile(), this);
    Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * The same guest, defined otherwise.
   *
   * @param publish host port by guest port; the others stay as they are
   * @param memoryBytes guest RAM; 0 for what it has
   */
  public DefinedVm with(Map<Integer, Integer> publish, long memoryBytes) {
    VmDefinition old = definition;
    Network network = old.network();
    return new DefinedVm(
        guest,
        new VmDefinition(
            old.name(),
            memoryBytes == 0 ? old.memoryBytes() : memoryBytes,
            old.harts(),
            old.picosecondsPerStep(),
            old.kernelDigest(),
            old.initramfsDigest(),
            old.commandLine(),
            old.disks(),
            new Network(
                network.mac(),
                network.guestAddress(),
                network.gatewayAddress(),
                network.dnsAddress(),
                network.prefixLength(),
                published(network.published(), publish))));
  }

  /** The same with the disks as large as {@code now}'s, for they may have been resized. */
  public DefinedVm withDisksOf(VmDefinition now) {
    return new DefinedVm(
        guest,
        definition.withDisks(
            disk ->
                now.disks().stream()
                    .filter(other -> other.name().equals(disk.name()))
                    .findFirst()
                    .orElse(disk)));
  }

  /**
   * Published ports as wished.
   *
   * @param ports as they are without a wish
   * @param wished host port by guest port; a guest port not among {@code ports} is published too
   */
  public static List<PublishedPort> published(
      List<PublishedPort> ports, Map<Integer, Integer> wished) {
    List<PublishedPort> result = new ArrayList<>();
    for (PublishedPort port : ports) {
      result.add(
          new PublishedPort(wished.getOrDefault(port.guestPort(), port.port()), port.guestPort()));
    }
    wished.entrySet().stream()
        .filter(wish -> ports.stream().noneMatch(port -> port.guestPort() == wish.getKey()))
        .sorted(Map.Entry.comparingByKey())
        .forEach(wish -> result.add(new PublishedPort(wish.getValue(), wish.getKey())));
    return List.copyOf(result);
  }
}
