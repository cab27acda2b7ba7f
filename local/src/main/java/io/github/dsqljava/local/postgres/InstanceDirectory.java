package io.github.dsqljava.local.postgres;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The temporary directory of one running cluster: its socket and, unless the user named one, its
 * data.
 *
 * <p>A lock on a file in it says that its JVM lives. A directory whose lock is free belongs to a
 * JVM that was killed; {@link #sweep()} ends what still runs in it and deletes it.
 */
final class InstanceDirectory implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(InstanceDirectory.class.getName());
  private static final String PREFIX = "dsql-local-";
  private static final String LOCK_FILE = "lock";
  // Closing any channel on a file drops all of a process's POSIX locks on it, so a sweep must not
  // even look at the directories of its own JVM.
  private static final Set<Path> OURS = ConcurrentHashMap.newKeySet();

  private final Path path;
  private final FileChannel channel;

  private InstanceDirectory(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  static InstanceDirectory create(ServerAccount account) throws IOException {
    while (true) {
      // Created for the owner alone (0700): the socket in it admits whoever can reach it.
      Path path = Files.createTempDirectory(PREFIX).toAbsolutePath();
      OURS.add(path);
      FileChannel channel =
          FileChannel.open(
              path.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      @Nullable FileLock lock = channel.tryLock();
      if (lock == null) {
        // Another JVM's sweep took the lock first and is about to delete the directory.
        channel.close();
        OURS.remove(path);
        continue;
      }
      account.own(path);
      account.checkCanReach(path);
      return new InstanceDirectory(path, channel);
    }
  }

  Path path() {
    return path;
  }

  Path data() {
    return path.resolve("data");
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      try {
        FileTrees.delete(path);
      } finally {
        OURS.remove(path);
      }
    }
  }

  /** Ends and deletes what JVMs that were killed have left behind; never fails. */
  static void sweep() {
    Path parent = Path.of(System.getProperty("java.io.tmpdir"));
    try (DirectoryStream<Path> candidates = Files.newDirectoryStream(parent, PREFIX + "*")) {
      for (Path candidate : candidates) {
        sweep(candidate.toAbsolutePath());
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "cannot look for left-over clusters in " + parent, e);
    }
  }

  private static void sweep(Path directory) {
    Path lockFile = directory.resolve(LOCK_FILE);
    if (OURS.contains(directory) || !Files.isWritable(lockFile)) {
      return;
    }
    try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      if (lock == null) {
        return;
      }
      endServer(directory);
      FileTrees.delete(directory);
      LOG.log(System.Logger.Level.DEBUG, "removed the left-over cluster in {0}", directory);
    } catch (IOException | OverlappingFileLockException e) {
      LOG.log(System.Logger.Level.DEBUG, "cannot remove the left-over cluster in " + directory, e);
    }
  }

  private static void endServer(Path directory) throws IOException {
    Optional<ProcessHandle> server = server(directory);
    if (server.isEmpty() || !server.get().destroyForcibly()) {
      return;
    }
    try {
      server.get().onExit().get(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
      throw new IOException("left-over PostgreSQL " + server.get().pid() + " does not end", e);
    }
  }

  /** The process that PostgreSQL's own pid file names, if it really is that PostgreSQL. */
  private static Optional<ProcessHandle> server(Path directory) throws IOException {
    Path pidFile = directory.resolve("data").resolve("postmaster.pid");
    if (!Files.isRegularFile(pidFile)) {
      return Optional.empty();
    }
    List<String> lines = Files.readAllLines(pidFile);
    try {
      return ProcessHandle.of(Long.parseLong(lines.get(0).trim()))
          .filter(process -> mentions(process, directory));
    } catch (NumberFormatException | IndexOutOfBoundsException e) {
      return Optional.empty();
    }
  }

  private static boolean mentions(ProcessHandle process, Path directory) {
    return process
        .info()
        .arguments()
        .map(
            arguments ->
                List.of(arguments).stream().anyMatch(a -> a.contains(directory.toString())))
        .orElse(false);
  }
}
