package io.github.dsqljava.local;

import io.github.dsqljava.local.faults.FaultPlan;
import io.github.dsqljava.local.postgres.Threads;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Arms the faults in a file, and arms them anew each time the file changes.
 *
 * <p>After reading, it copies the text to a file beside it, so that a program in any language can
 * see when its faults are armed.
 */
final class FaultFile implements AutoCloseable {
  /** Short enough for a waiting test; negligible load. */
  private static final Duration PAUSE = Duration.ofMillis(25);

  private static final System.Logger LOG = System.getLogger(FaultFile.class.getName());

  /** Far more than any list of faults. */
  private static final int MAX_BYTES = 1 << 20;

  /**
   * The file as it was found. A program that writes the same text again wants the faults armed
   * again; the file's time shows that. Two writes within one tick of the file system's clock are
   * told apart by their bytes.
   */
  private record Version(byte[] bytes, @Nullable Object modified, @Nullable Object key) {
    static final Version MISSING = new Version(new byte[0], null, null);

    boolean is(Version other) {
      return Arrays.equals(bytes, other.bytes)
          && Objects.equals(modified, other.modified)
          && Objects.equals(key, other.key);
    }

    String text() {
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  private final Path file;
  private final Path armed;
  private final FaultPlan plan;
  private final ClusterFaults faults;
  private final InstantSource clock;
  private final Thread thread;
  private Version found;
  private Version read;

  private FaultFile(
      Path file, FaultPlan plan, ClusterFaults faults, InstantSource clock, Version first) {
    this.file = file;
    this.armed = armed(file);
    this.plan = plan;
    this.faults = faults;
    this.clock = clock;
    this.found = first;
    this.read = first;
    this.thread = new Thread(this::watch, "dsql-local-faults");
    this.thread.setDaemon(true);
  }

  private static Path armed(Path file) {
    return file.resolveSibling(file.getFileName() + ".armed");
  }

  /**
   * Reads a file without arming anything.
   *
   * @throws IllegalArgumentException if it cannot be read, or a line is bad
   */
  static void check(Path file) {
    Version version;
    try {
      version = look(file);
      if (version.modified == null) {
        throw new NoSuchFileException(file.toString());
      }
    } catch (IOException e) {
      throw new IllegalArgumentException("faults " + file + " cannot be read: " + e, e);
    }
    parse(file, version, InstantSource.system());
  }

  /**
   * Arms the faults in a file and begins to watch it.
   *
   * @throws IllegalArgumentException if a line is bad
   */
  static FaultFile open(Path file, FaultPlan plan, ClusterFaults faults, InstantSource clock)
      throws IOException {
    Version first = look(file);
    FaultOrders orders = parse(file, first, clock);
    var opened = new FaultFile(file, plan, faults, clock, first);
    opened.apply(orders);
    opened.thread.start();
    return opened;
  }

  private static FaultOrders parse(Path file, Version version, InstantSource clock) {
    try {
      return FaultOrders.parse(version.text(), clock);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("faults " + file + ", " + e.getMessage(), e);
    }
  }

  private static Version look(Path file) throws IOException {
    try {
      var attributes = Files.readAttributes(file, BasicFileAttributes.class);
      if (attributes.size() > MAX_BYTES) {
        throw new IOException("it has " + attributes.size() + " bytes");
      }
      return new Version(
          Files.readAllBytes(file), attributes.lastModifiedTime(), attributes.fileKey());
    } catch (NoSuchFileException e) {
      return Version.MISSING;
    }
  }

  private void watch() {
    try {
      while (true) {
        Thread.sleep(PAUSE.toMillis());
        lookAgain();
      }
    } catch (InterruptedException e) {
      // closed
    }
  }

  private void lookAgain() {
    Version now;
    try {
      now = look(file);
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "faults " + file + " cannot be read just now", e);
      return;
    }
    // The writer may not be done, so the file has to be the same in two reads.
    boolean stable = now.is(found);
    found = now;
    if (!stable || now.is(read)) {
      return;
    }
    read = now;
    try {
      apply(parse(file, now, clock));
    } catch (IllegalArgumentException e) {
      LOG.log(System.Logger.Level.ERROR, "{0}. What was armed before stays armed.", e.getMessage());
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, armed + " cannot be written", e);
    }
  }

  private void apply(FaultOrders orders) throws IOException {
    plan.replace(this, orders.armed());
    orders.oldest().forEach(faults::cutConnectionsOlderThan);
    if (read.modified == null) {
      Files.deleteIfExists(armed);
      return;
    }
    Path written = armed.resolveSibling(armed.getFileName() + ".new");
    Files.write(written, read.bytes);
    Files.move(written, armed, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Stops watching. Armed faults stay armed. */
  @Override
  public void close() {
    thread.interrupt();
    Threads.awaitEnd(thread);
    try {
      Files.deleteIfExists(armed);
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "cannot delete " + armed, e);
    }
  }
}
