package io.github.dsqljava.local.postgres;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * The temporary directory of one running cluster: its socket and, unless the user named one, its
 * data.
 *
 * <p>A lock on a file in it shows that its JVM lives. A directory whose lock is free belongs to a
 * JVM that was killed; {@link #sweepOthers()} ends the server that still runs in it and deletes it.
 * One without a lock file belongs to a JVM that was killed while it made the directory, if that was
 * more than a moment ago.
 */
final class InstanceDirectory implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(InstanceDirectory.class.getName());
  private static final String PREFIX = "dsql-local-";
  private static final String LOCK_FILE = "lock";
  // Its name until it is locked.
  private static final String NEW_LOCK_FILE = LOCK_FILE + ".new";

  /** Far longer than any JVM needs from making its directory to locking it. */
  private static final Duration UNLOCKED_LIMIT = Duration.ofMinutes(1);

  private static final Duration END_LIMIT = Duration.ofSeconds(5);
  private static final long POLL_NANOS = 5_000_000;
  private static final String SOCKET = ".s.PGSQL.5432";
  // Closing any channel on a file drops all of a process's POSIX locks on it, so a sweep must not
  // even open the lock files of its own JVM. System properties list them, because all class loaders
  // of the JVM see those.
  private static final String OPEN_HERE = "dsql.local.open:";

  private final Path path;
  private final FileChannel channel;

  private InstanceDirectory(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  static InstanceDirectory create(ServerAccount account) throws IOException {
    // Created for the owner alone (0700): no other account reaches the socket.
    Path path = Files.createTempDirectory(PREFIX).toAbsolutePath();
    System.setProperty(OPEN_HERE + path, "");
    try {
      // Locked before it gets the name that a sweep looks for.
      Path unlocked = path.resolve(NEW_LOCK_FILE);
      InstanceDirectory instance =
          new InstanceDirectory(
              path,
              FileChannel.open(unlocked, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
      try {
        if (instance.channel.tryLock() == null) {
          throw new IOException("cannot lock " + unlocked);
        }
        Files.move(unlocked, path.resolve(LOCK_FILE));
        account.own(path);
        account.checkCanReach(path);
        return instance;
      } catch (IOException | RuntimeException e) {
        instance.channel.close();
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      FileTrees.delete(path);
      System.clearProperty(OPEN_HERE + path);
      throw e;
    }
  }

  Path path() {
    return path;
  }

  Path data() {
    return path.resolve("data");
  }

  Path socket() {
    return path.resolve(SOCKET);
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      try {
        delete(path);
      } finally {
        System.clearProperty(OPEN_HERE + path);
      }
    }
  }

  /** Deletes the lock file last: if the JVM dies meanwhile, a sweep finds the rest. */
  private static void delete(Path directory) throws IOException {
    if (Files.isDirectory(directory)) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
        for (Path entry : entries) {
          if (!entry.endsWith(LOCK_FILE)) {
            FileTrees.delete(entry);
          }
        }
      }
    }
    FileTrees.delete(directory);
  }

  /** Ends the servers and deletes the directories of JVMs that were killed; never fails. */
  void sweepOthers() {
    Path parent = path.getParent();
    try (DirectoryStream<Path> candidates = Files.newDirectoryStream(parent, PREFIX + "*")) {
      for (Path candidate : candidates) {
        sweep(candidate);
      }
    } catch (IOException | RuntimeException e) {
      LOG.log(System.Logger.Level.DEBUG, "cannot look for left-over clusters in " + parent, e);
    }
  }

  private void sweep(Path directory) {
    if (System.getProperty(OPEN_HERE + directory) != null) {
      return;
    }
    Path lockFile = directory.resolve(LOCK_FILE);
    try {
      if (isUnfinished(directory)) {
        Files.deleteIfExists(directory.resolve(NEW_LOCK_FILE));
        Files.delete(directory); // fails if there is anything else in it
        LOG.log(System.Logger.Level.DEBUG, "removed {0} of an unfinished start", directory);
        return;
      }
      if (!isOfOurAccount(directory, lockFile)) {
        return;
      }
      try (FileChannel other = FileChannel.open(lockFile, StandardOpenOption.WRITE)) {
        if (other.tryLock() == null) {
          return;
        }
        Optional<ProcessHandle> server = server(directory);
        if (server.flatMap(ProcessHandle::parent).filter(p -> mentions(p, directory)).isPresent()) {
          return; // its shell is about to do all that
        }
        if (server.isPresent()) {
          end(server.get(), directory);
        }
        delete(directory);
        LOG.log(System.Logger.Level.DEBUG, "removed the left-over cluster in {0}", directory);
      }
    } catch (IOException | OverlappingFileLockException e) {
      LOG.log(System.Logger.Level.DEBUG, "cannot remove the left-over cluster in " + directory, e);
    }
  }

  /** Whether a start has made it and got no further. */
  private boolean isUnfinished(Path directory) throws IOException {
    if (Files.exists(directory.resolve(LOCK_FILE), LinkOption.NOFOLLOW_LINKS)
        || !Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
        || !owner(directory).equals(owner(path.resolve(LOCK_FILE)))) {
      return false;
    }
    // Until it is locked, it belongs to this JVM's account, as the lock file does.
    Instant changed = Files.getLastModifiedTime(directory, LinkOption.NOFOLLOW_LINKS).toInstant();
    return changed.isBefore(Instant.now().minus(UNLOCKED_LIMIT));
  }

  /**
   * All accounts may write to the parent, and this JVM may be root: a sweep touches no foreign
   * files.
   */
  private boolean isOfOurAccount(Path directory, Path lockFile) throws IOException {
    return Files.isRegularFile(lockFile, LinkOption.NOFOLLOW_LINKS)
        && Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
        && isOurs(owner(directory))
        && owner(lockFile).equals(owner(path.resolve(LOCK_FILE)));
  }

  /**
   * Whether an owner is PostgreSQL's account, or the JVM's: a start that was killed early has not
   * changed the owner of its directory yet.
   */
  private boolean isOurs(Object owner) throws IOException {
    return owner.equals(owner(path)) || owner.equals(owner(path.resolve(LOCK_FILE)));
  }

  private static Object owner(Path file) throws IOException {
    return Files.getOwner(file, LinkOption.NOFOLLOW_LINKS);
  }

  private static void end(ProcessHandle server, Path directory) throws IOException {
    // It may work on permanent data, so it gets the chance to shut down first.
    server.destroy();
    if (!hasEnded(server, directory)) {
      server.destroyForcibly();
      if (!hasEnded(server, directory)) {
        throw new IOException("left-over PostgreSQL " + server.pid() + " does not end");
      }
    }
  }

  /**
   * Waits a while. A zombie, as in a container without an init process, is alive for {@link
   * ProcessHandle#onExit()}; but it has no arguments any more.
   */
  private static boolean hasEnded(ProcessHandle process, Path directory) throws IOException {
    long end = System.nanoTime() + END_LIMIT.toNanos();
    while (mentions(process, directory)) {
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedIOException("interrupted while a left-over PostgreSQL was ending");
      }
      if (System.nanoTime() > end) {
        return false;
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
    return true;
  }

  /** The process that PostgreSQL's own lock files name, if it really is that PostgreSQL. */
  private static Optional<ProcessHandle> server(Path directory) throws IOException {
    for (String file : List.of(SOCKET + ".lock", "data/postmaster.pid")) {
      Optional<ProcessHandle> server =
          PostmasterFile.read(directory.resolve(file))
              .flatMap(PostmasterFile::process)
              .filter(process -> mentions(process, directory));
      if (server.isPresent()) {
        return server;
      }
    }
    return Optional.empty();
  }

  private static boolean mentions(ProcessHandle process, Path directory) {
    return process
        .info()
        .arguments()
        .map(arguments -> Arrays.stream(arguments).anyMatch(a -> a.contains(directory.toString())))
        .orElse(false);
  }
}
