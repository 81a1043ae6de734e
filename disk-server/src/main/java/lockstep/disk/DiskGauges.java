package lockstep.disk;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import lockstep.disk.vm.Disk;
import lockstep.disk.vm.DiskStatistics;
import lockstep.disk.vm.Disks;
import lockstep.ft.ops.OpsServer;

/** What clients have done to each disk since the server started, for {@code /metrics}. */
record DiskGauges(Disks disks) {
  private static final List<String> BY_DISK = List.of("disk");

  void addTo(OpsServer ops) {
    add(ops, "disk_reads", "READ requests, or parts of long ones.", DiskStatistics.Counts::reads);
    add(ops, "disk_read_bytes", "Bytes read.", DiskStatistics.Counts::readBytes);
    add(
        ops,
        "disk_writes",
        "WRITE requests, or parts of long ones.",
        DiskStatistics.Counts::writes);
    add(ops, "disk_written_bytes", "Bytes written.", DiskStatistics.Counts::writtenBytes);
    add(ops, "disk_zeroings", "TRIM and WRITE_ZEROES requests.", DiskStatistics.Counts::zeroed);
    add(ops, "disk_zeroed_bytes", "Bytes made zeroes.", DiskStatistics.Counts::zeroedBytes);
    add(ops, "disk_flushes", "FLUSH, and writes with FUA.", DiskStatistics.Counts::flushes);
    add(ops, "disk_errors", "Requests that the storage failed.", DiskStatistics.Counts::errors);
  }

  private void add(
      OpsServer ops, String name, String help, ToLongFunction<DiskStatistics.Counts> value) {
    ops.gauges(name, help, BY_DISK, () -> ofEach(value));
  }

  private Map<List<String>, Double> ofEach(ToLongFunction<DiskStatistics.Counts> value) {
    Map<List<String>, Double> values = new LinkedHashMap<>();
    for (Disk disk : disks.all()) {
      double count = value.applyAsLong(disks.statistics(disk.path()).counts());
      values.put(List.of(disk.path()), count);
    }
    return values;
  }
}
