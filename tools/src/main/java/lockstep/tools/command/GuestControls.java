package lockstep.tools.command;

import java.io.IOException;
import java.util.concurrent.Callable;
import lockstep.tools.StateOption;
import lockstep.tools.cluster.Cluster;
import lockstep.tools.cluster.ReplicaView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * What is asked of the guest of {@code lockstep up}, whoever runs it: {@code pause}, {@code
 * resume}, {@code power-button}, {@code power-off}, {@code reset}. Each is an entry of the log, so
 * that the backup knows it too.
 */
public final class GuestControls {
  private GuestControls() {}

  /** Asks the live replica. */
  abstract static class Control implements Callable<Integer> {
    private final String path;
    private final String done;

    @Mixin private StateOption state = new StateOption();

    /**
     * @param path of the live VMM's HTTP side
     * @param done what has been done, for people
     */
    private Control(String path, String done) {
      this.path = path;
      this.done = done;
    }

    @Override
    public Integer call() throws IOException {
      try (Cluster cluster = Cluster.of(state.directory())) {
        ReplicaView live =
            cluster.live().orElseThrow(() -> new IOException("nobody is live: lockstep status"));
        var _ = cluster.http().post(live.ports().httpPort(), path);
        System.out.println(done);
        return 0;
      }
    }
  }

  /** {@code lockstep pause}. */
  @Command(
      name = "pause",
      description = {
        "Stops the guest where it is, until `lockstep resume`.",
        "Its clock stands still too. It stays paused if its VMM dies or roles are switched. Clients",
        "wait; what they send meanwhile is kept up to a bound, then dropped."
      })
  public static final class Pause extends Control {
    public Pause() {
      super("/pause", "the guest is paused: lockstep resume lets it go on");
    }
  }

  /** {@code lockstep resume}. */
  @Command(name = "resume", description = "Lets a paused guest go on.")
  public static final class Resume extends Control {
    public Resume() {
      super("/resume", "the guest goes on");
    }
  }

  /** {@code lockstep power-button}. */
  @Command(
      name = "power-button",
      description = {
        "Presses the guest's power button: it is asked to shut down.",
        "The servers go on: `lockstep down` stops those too, and `lockstep up` starts the guest again."
      })
  public static final class PowerButton extends Control {
    public PowerButton() {
      super("/power-button", "the power button is pressed");
    }
  }

  /** {@code lockstep power-off}. */
  @Command(
      name = "power-off",
      description = {
        "Pulls the guest's plug: it ends at once, and stays off.",
        "What it had not written to its disk is lost; `lockstep power-button` asks it to shut down."
      })
  public static final class PowerOff extends Control {
    public PowerOff() {
      super("/power-off", "the guest is off: lockstep up starts it again");
    }
  }

  /** {@code lockstep reset}. */
  @Command(
      name = "reset",
      description = {
        "Presses the guest's reset button: it ends at once and boots anew.",
        "As on real hardware, what it had not written to its disk is lost, and its connections are",
        "reset."
      })
  public static final class Reset extends Control {
    public Reset() {
      super("/reset", "the guest is reset: it boots anew");
    }
  }
}
