package io.github.dsqljava.local.postgres;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The directory of files that later starts reuse: unpacked binaries, prepared data directories, the
 * certificate authority.
 *
 * <p>Any number of JVMs may share it: they make all files in it under {@link #locked}. They read
 * complete files without a lock, so a complete cache may be on a read-only disk.
 */
public final class CacheDirectory {
  /** System property that names the directory. */
  public static final String PROPERTY = "dsql.local.cache";

  private static final String NAME = "dsql-local";
  private static final long RETRY_NANOS = 10_000_000;
  // A file lock belongs to the whole JVM, so threads of one JVM need a lock of their own first.
  private static final Map<Path, ReentrantLock> JVM_LOCKS = new ConcurrentHashMap<>();

  private final Path path;

  private CacheDirectory(Path path) {
    this.path = path;
  }

  /** Opens the given directory, or the user's usual one; creates it if it is missing. */
  public static CacheDirectory open(@Nullable Path given) throws IOException {
    Path path = given != null ? given : usual();
    try {
      create(path);
    } catch (IOException e) {
      throw new IOException(
          "cannot create the cache directory "
              + path
              + "; name another with the system property "
              + PROPERTY,
          e);
    }
    return new CacheDirectory(path.toAbsolutePath().normalize());
  }

  private static void create(Path path) throws IOException {
    // createDirectories() of JDK 17 fails for a symbolic link to a directory.
    if (Files.isDirectory(path)) {
      return;
    }
    Files.createDirectories(path);
    if (ServerAccount.detect().isSwitched()) {
      // Overrides the umask: PostgreSQL runs as another account.
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }

  private static Path usual() throws IOException {
    return usual(System.getProperties(), System.getenv(), ServerAccount.detect().isSwitched());
  }

  static Path usual(Properties properties, Map<String, String> environment, boolean switched)
      throws IOException {
    String property = properties.getProperty(PROPERTY, "");
    if (!property.isBlank()) {
      return Path.of(property);
    }
    if (switched) {
      // root's home is closed to the account that PostgreSQL runs as.
      return Path.of("/var/cache", NAME);
    }
    String os = properties.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String localAppData = environment.get("LOCALAPPDATA");
    if (os.startsWith("windows") && localAppData != null) {
      return Path.of(localAppData, NAME, "cache");
    }
    String xdg = environment.get("XDG_CACHE_HOME");
    if (!os.startsWith("mac") && xdg != null && Path.of(xdg).isAbsolute()) {
      return Path.of(xdg, NAME);
    }
    String home = properties.getProperty("user.home", "");
    if (!Path.of(home).isAbsolute()) {
      throw new IOException(
          "this user has no home directory (user.home is \""
              + home
              + "\"); name a cache directory with the system property "
              + PROPERTY);
    }
    return os.startsWith("mac")
        ? Path.of(home, "Library", "Caches", NAME)
        : Path.of(home, ".cache", NAME);
  }

  /** Returns the directory's absolute path. */
  public Path path() {
    return path;
  }

  /** An action that runs while no other thread or JVM changes the cache. */
  @FunctionalInterface
  public interface LockedAction<T> {
    T run() throws IOException;
  }

  /**
   * Runs {@code action} while no other thread or JVM runs one under the same name on this cache.
   *
   * @param part name of the part that the action changes; different parts do not wait for each
   *     other
   */
  public <T> T locked(String part, LockedAction<T> action) throws IOException {
    Path lockFile = path.resolve(part + ".lock");
    ReentrantLock jvmLock = JVM_LOCKS.computeIfAbsent(lockFile, file -> new ReentrantLock());
    jvmLock.lock();
    try (FileChannel channel = open(lockFile, part);
        FileLock lock = lock(channel)) {
      assert lock.isValid();
      return action.run();
    } finally {
      jvmLock.unlock();
    }
  }

  /**
   * Does the same for an action outside of the cache. Where the cache is read-only, the action runs
   * without the lock.
   */
  <T> T lockedWhereWritable(String part, LockedAction<T> action) throws IOException {
    return isWritable() ? locked(part, action) : action.run();
  }

  private FileChannel open(Path lockFile, String part) throws IOException {
    try {
      return FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new IOException(
          "the cache directory "
              + path
              + " cannot be written to, and something is missing in it ("
              + part
              + "); let this user write to it for one start, or name another directory with the"
              + " system property "
              + PROPERTY
              + ": "
              + e,
          e);
    }
  }

  /** Whether this process may make files in it. */
  public boolean isWritable() {
    return Files.isWritable(path);
  }

  private static FileLock lock(FileChannel channel) throws IOException {
    while (true) {
      try {
        return channel.lock();
      } catch (OverlappingFileLockException e) {
        // Held by this JVM, through another class loader or another name of the directory.
        LockSupport.parkNanos(RETRY_NANOS);
      }
    }
  }
}
