package lockstep.vmm.replica;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A file that a thread of its own writes, while another one gives it the content: so a slow disk,
 * or one that hangs, holds that other one no longer than until a deadline. It appears under its
 * name when it is whole, or not at all.
 */
final class BackgroundFile extends OutputStream {
  private static final int CHUNK_BYTES = 256 << 10;

  /** Content that waits to be written. */
  private static final int CHUNKS_MAX = 8;

  /** How often who gives the content looks whether the writing has failed. */
  private static final long LOOK_MILLIS = 10;

  private static final byte[] END = {};

  /** What comes before the file is opened. */
  @FunctionalInterface
  interface Preparation {
    void run() throws IOException;
  }

  private final Path file;
  private final Preparation preparation;
  private final long deadlineNanos;
  private final BlockingQueue<byte[]> chunks = new ArrayBlockingQueue<>(CHUNKS_MAX);
  private final CompletableFuture<Path> written = new CompletableFuture<>();
  private final Thread writer;
  private byte[] chunk = new byte[CHUNK_BYTES];
  private int length;

  private BackgroundFile(Path file, Preparation preparation, long deadlineNanos) {
    this.file = file;
    this.preparation = preparation;
    this.deadlineNanos = deadlineNanos;
    this.writer = Thread.ofPlatform().name("file-writer").daemon(true).unstarted(this::run);
  }

  /**
   * Begins a file; nothing of it is done on the caller's thread.
   *
   * @param nanosMax for the caller to give all of its content
   */
  static BackgroundFile begin(Path file, Preparation preparation, long nanosMax) {
    BackgroundFile begun = new BackgroundFile(file, preparation, System.nanoTime() + nanosMax);
    begun.writer.start();
    return begun;
  }

  @Override
  public void write(int one) throws IOException {
    write(new byte[] {(byte) one}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int count) throws IOException {
    for (int done = 0; done < count; ) {
      int part = Math.min(count - done, CHUNK_BYTES - length);
      System.arraycopy(bytes, offset + done, chunk, length, part);
      length += part;
      done += part;
      if (length == CHUNK_BYTES) {
        hand(chunk);
        chunk = new byte[CHUNK_BYTES];
        length = 0;
      }
    }
  }

  /**
   * All content has been given: the file gets its name once it is written.
   *
   * @return completed on the writer's thread
   */
  CompletableFuture<Path> end() throws IOException {
    hand(Arrays.copyOf(chunk, length));
    hand(END);
    return written;
  }

  /** No more content comes: what was written is deleted. */
  CompletableFuture<Path> abandon(Exception why) {
    written.completeExceptionally(why);
    writer.interrupt();
    return written;
  }

  private void hand(byte[] full) throws IOException {
    try {
      while (!chunks.offer(full, LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        if (System.nanoTime() - deadlineNanos > 0) {
          throw new IOException("writing takes too long");
        }
        if (written.isDone()) {
          throw new IOException("writing has failed");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    if (System.nanoTime() - deadlineNanos > 0) {
      throw new IOException("writing takes too long");
    }
  }

  private void run() {
    Path partial = file.resolveSibling(file.getFileName() + ".partial");
    try {
      preparation.run();
      try {
        writeTo(partial);
        Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(partial);
      }
      written.complete(file);
    } catch (IOException | RuntimeException e) {
      written.completeExceptionally(e);
    } catch (InterruptedException e) {
      written.completeExceptionally(e); // abandoned
    }
  }

  private void writeTo(Path partial) throws IOException, InterruptedException {
    try (OutputStream out = Files.newOutputStream(partial)) {
      for (byte[] next = chunks.take(); next != END; next = chunks.take()) {
        out.write(next);
      }
    }
  }
}
