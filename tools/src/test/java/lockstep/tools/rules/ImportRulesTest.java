package lockstep.tools.rules;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Who may import whom, and what must stay a function. This module sees all others, so the rules
 * stand here once.
 */
final class ImportRulesTest {
  /** The replication protocol, as a pure state machine. */
  private static final String[] PROTOCOL = {
    "lockstep.ft.machine..",
    "lockstep.ft.log..",
    "lockstep.ft.wire..",
    "lockstep.ft.arbiter..",
    "lockstep.ft.core..",
    "lockstep.ft.transfer.."
  };

  private static final String MACHINE = "lockstep.vmm.machine..";

  private static final DescribedPredicate<JavaClass> FUNCTIONS =
      resideInAnyPackage(PROTOCOL).or(resideInAPackage(MACHINE)).as("the machine and the protocol");

  private static final JavaClasses ALL =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("lockstep");

  @Test
  void theRulesSeeEveryModule() {
    for (String module : new String[] {"ft", "disk", "vmm", "proxy", "tools"}) {
      assertTrue(
          ALL.stream().anyMatch(c -> c.getPackageName().startsWith("lockstep." + module)), module);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"disk", "vmm", "proxy"})
  void aServerImportsNothingOfLockstepButWhatAllServersAgreeOn(String server) {
    noClasses()
        .that()
        .resideInAPackage("lockstep.%s..".formatted(server))
        .should()
        .dependOnClassesThat(
            resideInAPackage("lockstep..")
                .and(
                    DescribedPredicate.not(
                        resideInAnyPackage("lockstep.ft..", "lockstep.%s..".formatted(server)))))
        .check(ALL);
  }

  @Test
  void whatAllServersAgreeOnImportsNoneOfThem() {
    noClasses()
        .that()
        .resideInAPackage("lockstep.ft..")
        .should()
        .dependOnClassesThat(
            resideInAPackage("lockstep..")
                .and(DescribedPredicate.not(resideInAPackage("lockstep.ft.."))))
        .check(ALL);
  }

  @Test
  void theMachineImportsTheJdkAndItsPortOnly() {
    classes()
        .that()
        .resideInAPackage(MACHINE)
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("java..", "org.jspecify..", MACHINE, "lockstep.ft.machine..")
        .check(ALL);
  }

  @Test
  void theProtocolImportsTheJdkOnly() {
    classes()
        .that()
        .resideInAnyPackage(PROTOCOL)
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage("java..", "org.jspecify..").or(resideInAnyPackage(PROTOCOL)))
        .check(ALL);
  }

  @Test
  void machineAndProtocolHaveNoThreadSocketRandomSourceOrLogger() {
    noClasses()
        .that(FUNCTIONS)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "java.net..", "java.nio.channels..", "java.util.logging..", "java.util.random..")
        .orShould()
        .dependOnClassesThat()
        .belongToAnyOf(
            Thread.class,
            ThreadLocal.class,
            Random.class,
            SplittableRandom.class,
            SecureRandom.class,
            Clock.class,
            System.Logger.class)
        .orShould()
        .dependOnClassesThat(
            name("java.util.concurrent.Executor")
                .or(name("java.util.concurrent.ThreadLocalRandom"))
                .or(resideInAPackage("java.util.concurrent.locks..")))
        .check(ALL);
  }

  @Test
  void machineAndProtocolReadNoClock() {
    noClasses()
        .that(FUNCTIONS)
        .should()
        .accessTargetWhere(calls(System.class, "nanoTime"))
        .orShould()
        .accessTargetWhere(calls(System.class, "currentTimeMillis"))
        .orShould()
        .accessTargetWhere(calls(Instant.class, "now"))
        .orShould()
        .accessTargetWhere(calls(Math.class, "random"))
        .orShould()
        .accessTargetWhere(calls(UUID.class, "randomUUID"))
        .orShould()
        .accessTargetWhere(calls(System.class, "identityHashCode"))
        .check(ALL);
  }

  private static DescribedPredicate<JavaAccess<?>> calls(Class<?> type, String method) {
    return target(owner(JavaClass.Predicates.equivalentTo(type)))
        .and(target(name(method)))
        .as("calls %s.%s", type.getSimpleName(), method);
  }
}
