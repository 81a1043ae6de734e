package lockstep.disk.vm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.LongSupplier;
import lockstep.disk.store.ControlStore;
import lockstep.disk.store.ControlStore.Table;
import lockstep.ft.arbiter.ArbiterRules;
import lockstep.ft.arbiter.ArbiterState;
import lockstep.ft.arbiter.ArbiterStateCodec;
import lockstep.ft.definition.DefinitionCodec;
import lockstep.ft.definition.InvalidDefinitionException;
import lockstep.ft.definition.VmDefinition;
import lockstep.ft.wire.MalformedMessageException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All VMs, as stored. Every method may be called on any thread. */
public final class Vms {
  public static final int VMS_MAX = 256;

  private static final Logger LOG = LoggerFactory.getLogger(Vms.class);
  private static final ArbiterStateCodec STATES = new ArbiterStateCodec();

  /** What came of {@link #define}. */
  public sealed interface Defining {
    /** It is defined so now. */
    record Done(VmDefinition definition, boolean changed) implements Defining {}

    /** It can't be defined so, or not now. */
    record Conflict(String reason) implements Defining {}
  }

  private final ControlStore control;
  private final Disks disks;
  private final ArbiterRules rules;
  private final LongSupplier nanoClock;

  /** Also those that only have disks. */
  private final Map<String, Vm> vms = new ConcurrentSkipListMap<>();

  /**
   * Loads what is stored. Leases start now.
   *
   * @param nanoClock monotonic
   * @throws IOException if it can't be read, or is corrupt
   */
  public Vms(ControlStore control, Disks disks, ArbiterRules rules, LongSupplier nanoClock)
      throws IOException {
    this.control = control;
    this.disks = disks;
    this.rules = rules;
    this.nanoClock = nanoClock;
    for (Map.Entry<String, byte[]> stored : control.all(Table.DEFINITIONS).entrySet()) {
      VmDefinition definition = parse(stored.getKey(), stored.getValue());
      for (VmDefinition.Disk disk : definition.disks()) {
        if (disks.get(definition.name(), disk.name()).isEmpty()) {
          throw new IOException("the disk " + path(definition, disk) + " is not in the store");
        }
      }
      String name = definition.name();
      vms.put(name, new Vm(name, fence(name), Optional.of(definition)));
    }
    for (Disk disk : disks.all()) {
      if (!vms.containsKey(disk.vm())) {
        vms.put(disk.vm(), new Vm(disk.vm(), fence(disk.vm()), Optional.empty()));
      }
    }
  }

  private static VmDefinition parse(String name, byte[] json) throws IOException {
    try {
      return DefinitionCodec.fromJson(new String(json, StandardCharsets.UTF_8));
    } catch (InvalidDefinitionException e) {
      throw new IOException("the stored definition of " + name + " is corrupt: " + e.getMessage());
    }
  }

  private Fence fence(String vm) throws IOException {
    Optional<byte[]> stored = control.get(Table.ARBITER, vm);
    ArbiterState state = ArbiterState.vacant(vm);
    if (stored.isPresent()) {
      try {
        state = STATES.fromBytes(stored.get());
      } catch (MalformedMessageException e) {
        throw new IOException("the arbiter's record of " + vm + " is corrupt: " + e.getMessage());
      }
    }
    return new Fence(
        rules,
        state,
        changed -> control.put(Table.ARBITER, vm, STATES.toBytes(changed)),
        nanoClock.getAsLong());
  }

  /** A VM that is defined. */
  public Optional<Vm> get(String name) {
    return Optional.ofNullable(vms.get(name)).filter(vm -> vm.definition().isPresent());
  }

  /** A VM that is defined or has disks. */
  public Optional<Vm> known(String name) {
    return Optional.ofNullable(vms.get(name));
  }

  /** Those that are defined or have disks, by name. */
  public List<Vm> known() {
    return List.copyOf(vms.values());
  }

  /** What their arbiter goes by. */
  public ArbiterRules rules() {
    return rules;
  }

  /** Those that are defined, by name. */
  public List<Vm> all() {
    return vms.values().stream().filter(vm -> vm.definition().isPresent()).toList();
  }

  /**
   * The VM that disks of this name belong to, defined or not.
   *
   * @throws IOException if what is stored of it can't be read
   */
  public Vm owner(String name) throws IOException {
    synchronized (disks) {
      Vm vm = vms.get(name);
      if (vm == null) {
        vm = new Vm(name, fence(name), Optional.empty());
        vms.put(name, vm);
      }
      return vm;
    }
  }

  /**
   * Makes stable what has been written to a VM's disks. A guest that starts anew reads it, and
   * nobody is left who would send it again if this host's power were cut. A storage that fails does
   * not keep the arbiter from answering: the guest's own flushes fail then.
   */
  public void settle(Vm vm) {
    for (Disk disk : disks.of(vm.name())) {
      try {
        disks.blocks().sync(disk.number());
      } catch (IOException e) {
        LOG.error(
            "disk={} what was written before may not be stable: {}", disk.path(), e.getMessage());
      }
    }
  }

  /**
   * Defines a VM, or defines it anew while nobody can be live; makes its disks, empty, if they are
   * not there. A disk does not shrink by this, and one that leaves the definition is kept.
   *
   * @param depose the epoch that whoever asks knows to have no replica left: it is ended first, if
   *     its lease is over
   * @throws IOException if it could not be stored
   */
  public Defining define(VmDefinition definition, OptionalLong depose) throws IOException {
    synchronized (disks) {
      Vm vm = owner(definition.name());
      if (vm.definition().equals(Optional.of(definition))) {
        return new Defining.Done(definition, false);
      }
      if (vm.definition().isEmpty() && all().size() >= VMS_MAX) {
        return new Defining.Conflict("this server has its " + VMS_MAX + " VMs");
      }
      for (VmDefinition.Disk disk : definition.disks()) {
        Optional<Disk> known = disks.get(definition.name(), disk.name());
        if (known.isPresent() && disk.sizeBytes() < known.get().sizeBytes()) {
          return new Defining.Conflict(
              "the disk "
                  + disk.name()
                  + " has "
                  + known.get().sizeBytes()
                  + " bytes and can't shrink");
        }
      }
      Optional<String> live =
          vm.fence().whileNobodyIsLive(depose, nanoClock.getAsLong(), () -> store(vm, definition));
      if (live.isPresent()) {
        return new Defining.Conflict(
            definition.name() + " runs with another definition: " + live.get() + "; shut it down");
      }
      LOG.info("vm={} defined digest={}", definition.name(), DefinitionCodec.digest(definition));
      return new Defining.Done(definition, true);
    }
  }

  private void store(Vm vm, VmDefinition definition) throws IOException {
    List<Disk> changed = new ArrayList<>();
    for (VmDefinition.Disk disk : definition.disks()) {
      Optional<Disk> known = disks.get(vm.name(), disk.name());
      if (known.isEmpty()) {
        changed.add(disks.make(vm.name(), disk.name(), disk.sizeBytes()));
      } else if (known.get().sizeBytes() < disk.sizeBytes()) {
        Disk old = known.get();
        disks.blocks().resize(old.number(), old.sizeBytes(), disk.sizeBytes());
        changed.add(old.withSize(disk.sizeBytes()));
      }
    }
    disks.store(changed, List.of(), definitionBytes(definition));
    vm.define(definition);
  }

  /** What is stored of a definition. */
  static Map<Table, Map<String, byte[]>> definitionBytes(VmDefinition definition) {
    byte[] json = DefinitionCodec.toJson(definition).getBytes(StandardCharsets.UTF_8);
    return Map.of(Table.DEFINITIONS, Map.of(definition.name(), json));
  }

  private static String path(VmDefinition definition, VmDefinition.Disk disk) {
    return definition.name() + "/" + disk.name();
  }
}
