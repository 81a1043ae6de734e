package lockstep.disk;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;
import lockstep.disk.vm.Vm;
import lockstep.disk.vm.Vms;
import lockstep.ft.arbiter.Member;
import lockstep.ft.ops.OpsServer;

/** What the arbiter knows of each VM, as gauges for {@code /metrics}. */
record ArbiterGauges(Vms vms, LongSupplier nanoClock) {
  private static final List<String> BY_VM = List.of("vm");
  private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

  void addTo(OpsServer ops) {
    ops.gauges(
        "arbiter_epoch", "Epoch of a VM.", BY_VM, () -> ofEach(vm -> vm.fence().record().epoch()));
    ops.gauges(
        "arbiter_live",
        "1 for the replica that is recorded live.",
        List.of("vm", "replica"),
        this::live);
    ops.gauges(
        "arbiter_protected",
        "1 while a backup is enlisted.",
        BY_VM,
        () -> ofEach(vm -> vm.fence().record().backup().isPresent() ? 1 : 0));
    ops.gauges(
        "arbiter_lease_left_seconds",
        "What is left of the live replica's lease; 0 if nobody is live.",
        BY_VM,
        () -> ofEach(this::leaseLeftSeconds));
  }

  private double leaseLeftSeconds(Vm vm) {
    return vm.fence().leaseLeftNanos(nanoClock.getAsLong()) / NANOS_PER_SECOND;
  }

  private Map<List<String>, Double> ofEach(ToDoubleFunction<Vm> value) {
    Map<List<String>, Double> values = new LinkedHashMap<>();
    vms.all().forEach(vm -> values.put(List.of(vm.name()), value.applyAsDouble(vm)));
    return values;
  }

  private Map<List<String>, Double> live() {
    Map<List<String>, Double> values = new LinkedHashMap<>();
    for (Vm vm : vms.all()) {
      String replica = vm.fence().record().live().map(Member::id).map(Object::toString).orElse("");
      values.put(List.of(vm.name(), replica), replica.isEmpty() ? 0.0 : 1.0);
    }
    return values;
  }
}
