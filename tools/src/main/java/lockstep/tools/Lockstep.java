package lockstep.tools;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import lockstep.tools.chaos.ChaosCommand;
import lockstep.tools.cluster.Keeper;
import lockstep.tools.command.ClientProxyCommand;
import lockstep.tools.command.ConsoleCommand;
import lockstep.tools.command.DefineCommand;
import lockstep.tools.command.DemoCommand;
import lockstep.tools.command.DiskServerCommand;
import lockstep.tools.command.DivergeCommand;
import lockstep.tools.command.DownCommand;
import lockstep.tools.command.GuestControls;
import lockstep.tools.command.KeepCommand;
import lockstep.tools.command.KillCommand;
import lockstep.tools.command.RecordCommand;
import lockstep.tools.command.ReplayCommand;
import lockstep.tools.command.RunElfCommand;
import lockstep.tools.command.StatusCommand;
import lockstep.tools.command.SwitchCommand;
import lockstep.tools.command.UpCommand;
import lockstep.tools.command.VmmCommand;
import lockstep.tools.disk.DiskCommand;
import lockstep.tools.image.HostLacksException;
import lockstep.tools.image.ImageCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ScopeType;

/**
 * The {@code lockstep} command line.
 *
 * <p>Each command is a class with picocli's annotations, listed here. A command returns its exit
 * code, or throws: then the exception's message is shown as one line and the exit code is {@link
 * #EXIT_FAILED} ({@link #EXIT_HOST_LACKS} if it is this host that lacks something); wrong usage
 * exits with {@link #EXIT_USAGE}. {@code LOCKSTEP_TRACE=1} in the environment adds the stack trace.
 */
@Command(
    name = "lockstep",
    description = {
      "Keeps an unmodified Linux server running through the death of the machine under it.",
      "",
      "Commands about `lockstep up` take --state DIR: which one on this machine is meant. The servers",
      "(disk-server, vmm, client-proxy), define, disk, replay, diverge and run-elf take none: what they",
      "need is named on their own command line.",
      "",
      "The launcher has more: build, test, train, format, mvn ARGUMENTS, each with the JDK it has found,",
      "and `bench NAME`; `lockstep build --help` lists them."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    scope = ScopeType.INHERIT,
    synopsisSubcommandLabel = "COMMAND",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all went well",
      "1:it failed, or what was looked at is not as it should be (status, replay, run-elf, demo, chaos)",
      "2:called wrongly",
      "3:vmm: another replica is live in its place",
      "4:vmm: refused, for another version or another definition",
      "5:vmm: its guest asks for a reset; started again, it boots the guest anew",
      "69:this host lacks something: a tool, a JDK, a Debian mirror",
      "70:vmm: stopped by a bug of its own, so that its backup goes live"
    },
    usageHelpAutoWidth = true,
    subcommands = {
      UpCommand.class,
      DownCommand.class,
      StatusCommand.class,
      SwitchCommand.class,
      GuestControls.Pause.class,
      GuestControls.Resume.class,
      GuestControls.PowerButton.class,
      GuestControls.PowerOff.class,
      GuestControls.Reset.class,
      KillCommand.class,
      KeepCommand.class,
      DemoCommand.class,
      ConsoleCommand.class,
      ChaosCommand.class,
      ImageCommand.class,
      DefineCommand.class,
      DiskCommand.class,
      DiskServerCommand.class,
      VmmCommand.class,
      ClientProxyCommand.class,
      RecordCommand.class,
      ReplayCommand.class,
      DivergeCommand.class,
      RunElfCommand.class
    })
public final class Lockstep implements Runnable {
  /** Exit code of a command that failed. */
  public static final int EXIT_FAILED = 1;

  /** Exit code of a command that was called wrongly. */
  public static final int EXIT_USAGE = 2;

  /** Exit code of a VMM in whose place another replica is live. */
  public static final int EXIT_LOST = Keeper.LOST;

  /** Exit code of a VMM that was refused: another version, another definition. */
  public static final int EXIT_REFUSED = 4;

  /** Exit code of a VMM whose guest asked to be reset: started again, it boots the guest anew. */
  public static final int EXIT_RESET = Keeper.GUEST_RESET;

  /**
   * Exit code when this host lacks what the command needs: a tool, a JDK, a mirror. The launcher
   * uses it too; it is {@code EX_UNAVAILABLE} of sysexits(3). A VMM that meets a bug of its own
   * ends with 70, {@code EX_SOFTWARE}.
   */
  public static final int EXIT_HOST_LACKS = 69;

  private static final String TRACE_VARIABLE = "LOCKSTEP_TRACE";

  @CommandLine.Spec private CommandLine.Model.@org.jspecify.annotations.Nullable CommandSpec spec;

  /** Called without a command. */
  @Override
  public void run() {
    if (spec != null) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "which command? `lockstep --help` lists them");
    }
  }

  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  /** The parser and runner of all commands. */
  public static CommandLine commandLine() {
    return commandLine(new Lockstep());
  }

  /** The same for one command that is a program of its own: whatever fails is told in a line. */
  public static CommandLine commandLine(Object command) {
    CommandLine commandLine = new CommandLine(command);
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    HelpText.flow(commandLine);
    commandLine.setParameterExceptionHandler(
        (error, arguments) -> {
          CommandLine failed = error.getCommandLine();
          failed.getErr().println("lockstep: " + error.getMessage());
          return EXIT_USAGE;
        });
    commandLine.setExecutionExceptionHandler(oneLine());
    return commandLine;
  }

  private static IExecutionExceptionHandler oneLine() {
    return (error, commandLine, parsed) -> {
      commandLine.getErr().println("lockstep: " + message(error));
      if (System.getenv(TRACE_VARIABLE) != null) {
        error.printStackTrace(commandLine.getErr());
      }
      return switch (error) {
        case HostLacksException _ -> EXIT_HOST_LACKS;
        case BadValueException _ -> EXIT_USAGE;
        default -> EXIT_FAILED;
      };
    };
  }

  /** What an exception says to a user; the JDK's file exceptions say only the file's name. */
  private static String message(Exception error) {
    String message = error.getMessage();
    return switch (error) {
      case NoSuchFileException e -> "no such file: " + e.getFile();
      case AccessDeniedException e -> "permission denied: " + e.getFile();
      case FileAlreadyExistsException e -> "is there already: " + e.getFile();
      case RuntimeException e -> e.toString();
      default -> message == null ? error.toString() : message;
    };
  }
}
