package lockstep.tools.cluster;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One server as a process of its own, known by its name in a state directory. Its file there holds
 * the pid and the start time, so that a pid that was given away again is not taken for it.
 */
public final class ServerProcess {
  private static final Logger log = LoggerFactory.getLogger(ServerProcess.class);

  /** Of a log: enough for what a server says of its end. */
  private static final int LAST_BYTES = 8 << 10;

  private static final Pattern PID = Pattern.compile("[0-9]{1,18}");

  private final StateDirectory state;
  private final String name;

  public ServerProcess(StateDirectory state, String name) {
    this.state = state;
    this.name = name;
  }

  public String name() {
    return name;
  }

  public Path logFile() {
    return state.logFile(name);
  }

  /** Whether it has ever been started. */
  public boolean wasStarted() {
    return Files.exists(state.pidFile(name));
  }

  /** The running process, if it runs. */
  public Optional<ProcessHandle> running() throws IOException {
    Path file = state.pidFile(name);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    String[] words = Files.readString(file).strip().split(" ", -1);
    if (words.length != 2 || !PID.matcher(words[0]).matches()) {
      return Optional.empty();
    }
    return ProcessHandle.of(Long.parseLong(words[0]))
        .filter(ProcessHandle::isAlive)
        .filter(process -> startedAt(process).equals(words[1]));
  }

  /**
   * A running process.
   *
   * @param stopped by SIGSTOP or the like, until SIGCONT
   */
  public record Running(long pid, boolean stopped) {}

  /** How it runs, if it runs. */
  public Optional<Running> runs() throws IOException {
    return running()
        .map(
            process ->
                new Running(
                    process.pid(),
                    ProcStat.of(process.pid()).map(ProcStat::isStopped).orElse(false)));
  }

  /** Writes down that {@code process} is this server. */
  void adopt(ProcessHandle process) throws IOException {
    Files.writeString(state.pidFile(name), process.pid() + " " + startedAt(process) + "\n");
  }

  /**
   * Starts {@code lockstep ARGUMENTS}, which outlives this process; its output goes to its log
   * file. The log of the run before is kept beside it. How it ends is written down, if this process
   * is still there to see it ({@link ServerEnd}).
   *
   * @return the process, by which its starter learns how it ends
   */
  public Process start(List<String> arguments) throws IOException {
    return start(List.of(), arguments);
  }

  /**
   * Starts it at a place of its own.
   *
   * @param enter what the command line begins with, see {@link ClusterNetwork.Place}
   */
  Process start(List<String> enter, List<String> arguments) throws IOException {
    state.create();
    if (Files.exists(logFile())) {
      Files.move(
          logFile(),
          logFile().resolveSibling(name + ".previous.log"),
          StandardCopyOption.REPLACE_EXISTING);
    }
    // In a session of its own, so that a Ctrl-C that ends `up` does not reach the servers.
    List<String> command = new ArrayList<>(List.of("setsid"));
    command.addAll(enter);
    command.add(Launcher.path().toString());
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(logFile().toFile())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    Process process = builder.start();
    adopt(process.toHandle());
    tellEndOf(process);
    return process;
  }

  /** Has it written down how a process that has just been started ends. */
  void tellEndOf(Process process) throws IOException {
    FileChannel own = FileChannel.open(logFile()); // it is moved away when the next one starts
    var _ = process.onExit().thenAccept(ended -> tellEnd(ended, own));
  }

  private void tellEnd(Process ended, FileChannel ownLog) {
    try (ownLog) {
      ServerEnd end =
          new ServerEnd(
              Instant.now(),
              name,
              ended.pid(),
              ended.exitValue(),
              ServerEnd.lastWords(lastLines(ownLog)));
      Files.writeString(
          state.endsFile(), end.line(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      log.error("how {} has ended could not be written down: {}", name, e.getMessage());
    }
  }

  private static List<String> lastLines(FileChannel ownLog) throws IOException {
    long from = Math.max(0, ownLog.size() - LAST_BYTES);
    ByteBuffer bytes = ByteBuffer.allocate((int) (ownLog.size() - from));
    while (bytes.hasRemaining() && ownLog.read(bytes, from + bytes.position()) >= 0) {
      // on to the end
    }
    return StandardCharsets.UTF_8.decode(bytes.flip()).toString().lines().toList();
  }

  /**
   * Sends a signal by name ({@code KILL}, {@code STOP}, {@code CONT}, {@code TERM}).
   *
   * @return false if there is no process
   * @throws IOException if there is no such signal
   */
  public boolean signal(String signal) throws IOException {
    Optional<ProcessHandle> process = running();
    if (process.isEmpty()) {
      return false;
    }
    Process kill =
        // The shell's own kill: the program of that name is not on every host.
        new ProcessBuilder(
                "sh",
                "-c",
                "kill -s \"$1\" \"$2\"",
                "sh",
                signal,
                Long.toString(process.get().pid()))
            .redirectErrorStream(true)
            .start();
    try (var said = kill.getInputStream()) {
      String why = new String(said.readAllBytes(), StandardCharsets.UTF_8).strip();
      if (kill.waitFor() != 0 && running().isPresent()) {
        throw new IOException("SIG" + signal + " can't be sent to " + name + ": " + why);
      }
      return kill.exitValue() == 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while sending SIG" + signal + " to " + name, e);
    }
  }

  /** Asks it to end, and kills it if it has not within {@code patience}. */
  public void stop(Duration patience) throws IOException {
    Optional<ProcessHandle> process = running();
    if (process.isEmpty()) {
      return;
    }
    process.get().destroy();
    if (!awaitEnd(process.get(), patience)) {
      process.get().destroyForcibly();
      awaitEnd(process.get(), patience);
    }
  }

  /** Waits until it has ended; false if it still runs after {@code patience}. */
  public boolean awaitEnd(Duration patience) throws IOException {
    Optional<ProcessHandle> process = running();
    return process.isEmpty() || awaitEnd(process.get(), patience);
  }

  /** Waits for the end of one process that was a server; false if it still runs then. */
  public static boolean awaitEnd(ProcessHandle process, Duration patience) throws IOException {
    try {
      process.onExit().get(patience.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException _) {
      return false;
    } catch (ExecutionException e) {
      throw new IOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for a server's end", e);
    }
  }

  /** The last lines of its log, for error messages. */
  public String logTail(int lines) throws IOException {
    if (!Files.exists(logFile())) {
      return "";
    }
    List<String> all = Files.readAllLines(logFile());
    return String.join("\n", all.subList(Math.max(0, all.size() - lines), all.size()));
  }

  private static String startedAt(ProcessHandle process) {
    return ProcStat.of(process.pid())
        .map(stat -> Long.toString(stat.startTicks()))
        .or(() -> process.info().startInstant().map(Instant::toString))
        .orElse("unknown");
  }
}
