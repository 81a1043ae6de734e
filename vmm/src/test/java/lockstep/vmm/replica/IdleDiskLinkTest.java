package lockstep.vmm.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import lockstep.ft.core.ReplicaEvent;
import lockstep.ft.nbd.Nbd;
import lockstep.ft.nbd.NbdConnection;
import lockstep.ft.net.Transport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class IdleDiskLinkTest {
  /** Greets whoever comes, and answers what it is asked, as long as it is told to. */
  private static final class Greeter implements AutoCloseable {
    final BlockingQueue<Integer> options = new LinkedBlockingQueue<>();
    final AtomicBoolean answering = new AtomicBoolean(true);
    private final ServerSocket listening;

    Greeter() throws IOException {
      listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
      Thread.ofVirtual().start(this::accept);
    }

    InetSocketAddress address() {
      return (InetSocketAddress) listening.getLocalSocketAddress();
    }

    private void accept() {
      try {
        while (true) {
          Socket client = listening.accept();
          Thread.ofVirtual().start(() -> serve(client));
        }
      } catch (IOException _) {
        // closed
      }
    }

    private void serve(Socket client) {
      try (client) {
        DataInputStream in = new DataInputStream(client.getInputStream());
        DataOutputStream out = new DataOutputStream(client.getOutputStream());
        if (answering.get()) {
          out.writeLong(Nbd.MAGIC);
          out.writeLong(Nbd.OPTION_MAGIC);
          out.writeShort(Nbd.FLAG_FIXED_NEWSTYLE);
        }
        in.readInt();
        while (true) {
          in.readLong();
          int option = in.readInt();
          in.skipNBytes(in.readInt());
          options.add(option);
          if (answering.get()) {
            out.writeLong(Nbd.OPTION_REPLY_MAGIC);
            out.writeInt(option);
            out.writeInt(Nbd.REP_ERR_UNKNOWN);
            out.writeInt(0);
          }
        }
      } catch (IOException _) {
        // the client has left
      }
    }

    @Override
    public void close() throws IOException {
      listening.close();
    }
  }

  @Test
  @Timeout(60)
  void tellsWhetherTheServerAnswersAndGivesAwayWhatHasBeenGreeted() throws Exception {
    try (Greeter server = new Greeter();
        Transport transport = new Transport("test", 1)) {
      Inbox inbox = new Inbox();
      IdleDiskLink link = new IdleDiskLink(transport, server.address(), "web/root", inbox);
      link.start();
      Awaited.await(inbox, new ReplicaEvent.DiskServerReached());
      assertEquals(Nbd.OPT_INFO, server.options.take());
      try (NbdConnection taken = link.take()) {
        assertTrue(taken.isOpen());
      }
      server.options.clear();
      assertEquals(Nbd.OPT_INFO, server.options.take()); // by another one
      server.answering.set(false);
      Awaited.await(inbox, new ReplicaEvent.DiskServerMissed());
      server.answering.set(true);
      Awaited.await(inbox, new ReplicaEvent.DiskServerReached());
      link.close();
    }
  }
}
