package lockstep.disk.vm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    record Done(Vm vm, boolean changed) implements Defining {}

    /** It can't be defined so, or not now. */
    record Conflict(String reason) implements Defining {}
  }

  /** A disk's number and the largest size it ever had, as stored in {@link Table#DISKS}. */
  private record StoredDisk(int number, long sizeBytes) {
    byte[] toBytes() {
      return ByteBuffer.allocate(Integer.BYTES + Long.BYTES)
          .putInt(number)
          .putLong(sizeBytes)
          .array();
    }

    static StoredDisk of(String path, byte[] bytes) throws IOException {
      if (bytes.length != Integer.BYTES + Long.BYTES) {
        throw new IOException("the stored disk " + path + " is corrupt");
      }
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      return new StoredDisk(buffer.getInt(), buffer.getLong());
    }
  }

  private final ControlStore control;
  private final ArbiterRules rules;
  private final LongSupplier nanoClock;
  private final Map<String, Vm> vms = new ConcurrentSkipListMap<>();

  /** By {@code vm/disk}; also disks that no definition names any more. Guarded by this. */
  private final Map<String, StoredDisk> disks = new HashMap<>();

  /**
   * Loads what is stored. Leases start now.
   *
   * @param nanoClock monotonic
   * @throws IOException if it can't be read, or is corrupt
   */
  public Vms(ControlStore control, ArbiterRules rules, LongSupplier nanoClock) throws IOException {
    this.control = control;
    this.rules = rules;
    this.nanoClock = nanoClock;
    for (Map.Entry<String, byte[]> disk : control.all(Table.DISKS).entrySet()) {
      disks.put(disk.getKey(), StoredDisk.of(disk.getKey(), disk.getValue()));
    }
    for (Map.Entry<String, byte[]> stored : control.all(Table.DEFINITIONS).entrySet()) {
      VmDefinition definition = parse(stored.getKey(), stored.getValue());
      List<Vm.Disk> ofVm = new ArrayList<>();
      for (VmDefinition.Disk disk : definition.disks()) {
        StoredDisk found = disks.get(path(definition, disk));
        if (found == null) {
          throw new IOException("the disk " + path(definition, disk) + " is not in the store");
        }
        ofVm.add(new Vm.Disk(found.number(), disk));
      }
      vms.put(definition.name(), new Vm(definition, ofVm, fence(definition.name())));
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

  public Optional<Vm> get(String name) {
    return Optional.ofNullable(vms.get(name));
  }

  /** By name. */
  public List<Vm> all() {
    return List.copyOf(vms.values());
  }

  /**
   * Defines a VM, or defines it anew; makes its disks, empty. A disk never shrinks, and one that
   * leaves the definition is kept for its return.
   *
   * @throws IOException if it could not be stored
   */
  public synchronized Defining define(VmDefinition definition) throws IOException {
    Vm known = vms.get(definition.name());
    if (known != null && known.definition().equals(definition)) {
      return new Defining.Done(known, false);
    }
    if (known != null && known.fence().leased(nanoClock.getAsLong())) {
      return new Defining.Conflict(definition.name() + " is running with another definition");
    }
    if (known == null && vms.size() >= VMS_MAX) {
      return new Defining.Conflict("this server has its " + VMS_MAX + " VMs");
    }
    Map<String, StoredDisk> changed = new HashMap<>();
    List<Vm.Disk> ofVm = new ArrayList<>();
    int next = disks.values().stream().mapToInt(StoredDisk::number).max().orElse(0) + 1;
    for (VmDefinition.Disk disk : definition.disks()) {
      StoredDisk old = disks.get(path(definition, disk));
      if (old != null && disk.sizeBytes() < old.sizeBytes()) {
        return new Defining.Conflict(
            "the disk " + disk.name() + " has " + old.sizeBytes() + " bytes and can't shrink");
      }
      int number = old != null ? old.number() : next++;
      ofVm.add(new Vm.Disk(number, disk));
      changed.put(path(definition, disk), new StoredDisk(number, disk.sizeBytes()));
    }
    store(definition, changed);
    disks.putAll(changed);
    Vm vm;
    if (known == null) {
      vm = new Vm(definition, ofVm, fence(definition.name()));
      vms.put(definition.name(), vm);
    } else {
      vm = known;
      vm.redefine(definition, ofVm);
    }
    LOG.info("vm={} defined digest={}", definition.name(), DefinitionCodec.digest(definition));
    return new Defining.Done(vm, true);
  }

  private void store(VmDefinition definition, Map<String, StoredDisk> changed) throws IOException {
    Map<String, byte[]> diskBytes = new HashMap<>();
    changed.forEach((path, disk) -> diskBytes.put(path, disk.toBytes()));
    byte[] json = DefinitionCodec.toJson(definition).getBytes(StandardCharsets.UTF_8);
    control.put(Map.of(Table.DEFINITIONS, Map.of(definition.name(), json), Table.DISKS, diskBytes));
  }

  private static String path(VmDefinition definition, VmDefinition.Disk disk) {
    return definition.name() + "/" + disk.name();
  }
}
