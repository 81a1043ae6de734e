package lockstep.vmm.machine.elf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import lockstep.vmm.compiler.CompilerMode;
import lockstep.vmm.compiler.GuestCompiler;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The public riscv-tests, from a folder of built ones named by {@code -Dlockstep.riscv-tests=DIR};
 * docs/testing.md says how to get them. Skipped without.
 */
final class RiscvTestsTest {
  private static final String PROPERTY = "lockstep.riscv-tests";
  private static final Pattern NAME =
      Pattern.compile("(rv64(?:ui|um|ua|uf|ud|uc|mi|si|uzba|uzbb|uzbs)-[pv])-\\w+");
  private static final long RAM_BYTES = 16 << 20;
  private static final long STEPS_MAX = 10_000_000;

  /** Those that every build has. */
  private static final List<String> FAMILIES =
      List.of(
          "rv64ui-p",
          "rv64ui-v",
          "rv64um-p",
          "rv64um-v",
          "rv64ua-p",
          "rv64ua-v",
          "rv64uf-p",
          "rv64uf-v",
          "rv64ud-p",
          "rv64ud-v",
          "rv64uc-p",
          "rv64uc-v",
          "rv64mi-p",
          "rv64si-p");

  private static Map<String, List<Path>> families() throws IOException {
    String folder = System.getProperty(PROPERTY, "");
    Assumptions.assumeFalse(folder.isEmpty(), "-D" + PROPERTY + "=DIR names no riscv-tests");
    Map<String, List<Path>> families = new TreeMap<>();
    try (Stream<Path> files = Files.list(Path.of(folder))) {
      for (Path file : files.sorted().toList()) {
        Matcher name = NAME.matcher(file.getFileName().toString());
        if (name.matches()) {
          families.computeIfAbsent(name.group(1), _ -> new ArrayList<>()).add(file);
        }
      }
    }
    return families;
  }

  private static boolean passes(Path file, CompilerMode mode) throws IOException {
    BareMachine machine =
        new BareMachine(Files.readAllBytes(file), RAM_BYTES, GuestCompiler.of(mode));
    BareMachine.Result result = machine.run(STEPS_MAX, _ -> {});
    return result instanceof BareMachine.Result.Exited exited && exited.code() == 0;
  }

  @ParameterizedTest
  @EnumSource
  void everyTestOfEveryFamilyPasses(CompilerMode mode) throws IOException {
    Map<String, List<Path>> families = families();
    List<Path> failed = new ArrayList<>();
    for (String family : FAMILIES) {
      assertFalse(families.getOrDefault(family, List.of()).isEmpty(), "no " + family);
    }
    for (Map.Entry<String, List<Path>> family : families.entrySet()) {
      int failedBefore = failed.size();
      for (Path file : family.getValue()) {
        if (!passes(file, mode)) {
          failed.add(file);
        }
      }
      int count = family.getValue().size();
      System.out.printf(
          "%s, compiler %s: %d of %d passed%n",
          family.getKey(), mode, count - failed.size() + failedBefore, count);
    }
    assertEquals(List.of(), failed);
  }
}
