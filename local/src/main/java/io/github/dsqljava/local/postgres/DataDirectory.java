package io.github.dsqljava.local.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.zip.CRC32;

/**
 * Makes PostgreSQL data directories that look like a new Aurora DSQL cluster.
 *
 * <p>{@code initdb} takes most of a second, copying its result a fifth of that. So the first start
 * prepares a template in the cache, with the roles, the {@code sys} schema and everything else of
 * {@code bootstrap.sql} and {@code tools.sql}, and every start copies it.
 */
final class DataDirectory {
  /** The role that owns the system objects; clients cannot log in as it. */
  static final String SUPERUSER = PostgresServer.SYSTEM_ROLE;

  private static final String MAJOR_VERSION = "16";
  private static final String VERSION_FILE = "PG_VERSION";
  // The first file of a data directory of ours, as PG_VERSION is the last.
  private static final String OUR_MARK = "dsql-local.template";
  // No spare segments of the write-ahead log either: every start would have to copy them.
  private static final List<String> SINGLE_USER =
      List.of("--single", "-j", "-F", "-O", "-c", "min_wal_size=2MB");
  private static final Duration PREDECESSOR_LIMIT = Duration.ofSeconds(20);
  private static final long POLL_NANOS = 10_000_000;

  private DataDirectory() {}

  /** Fills {@code target}, which is missing or empty, from the template. */
  static void create(
      Path target,
      PostgresBinaries binaries,
      ServerAccount account,
      CacheDirectory cache,
      Consumer<String> progress)
      throws IOException {
    Path template = template(binaries, account, cache, progress);
    makeDirectory(target);
    account.own(target.toRealPath()); // the user may have named a link
    closeToOthers(target);
    FileTrees.copy(template, target, OUR_MARK, VERSION_FILE, account);
  }

  private static void makeDirectory(Path directory) throws IOException {
    if (Files.isDirectory(directory)) {
      return; // perhaps through a symbolic link, which createDirectories() of JDK 17 refuses
    }
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new IOException("cannot create the data directory " + directory + ": " + e, e);
    }
  }

  /**
   * Whether a directory the user named holds data of ours that can be used.
   *
   * @throws IOException if it holds what can never be used
   */
  static boolean isComplete(Path directory) throws IOException {
    return Files.isRegularFile(directory.resolve(VERSION_FILE)) && isPresent(directory);
  }

  /**
   * Checks that a directory the user named is one of ours, or empty; removes the unfinished copy of
   * a start that was killed.
   */
  static boolean isPresent(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      if (Files.exists(directory)) {
        throw new IOException(directory + " is a file, not a data directory; name another one");
      }
      return false;
    }
    boolean ours = Files.exists(directory.resolve(OUR_MARK));
    Path version = directory.resolve(VERSION_FILE);
    if (Files.isRegularFile(version)) {
      String found = Files.readString(version).strip();
      if (!found.equals(MAJOR_VERSION)) {
        throw new IOException(
            directory
                + " was written by PostgreSQL "
                + found
                + ", this is PostgreSQL "
                + MAJOR_VERSION
                + "; use another directory");
      }
      if (!ours) {
        throw new IOException(
            directory
                + " is a data directory of PostgreSQL, but not one of dsql-local; nothing was"
                + " changed in it, name another one");
      }
      checkRecipe(directory);
      return true;
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        if (!ours) {
          throw new IOException(
              directory
                  + " is neither empty nor a data directory of dsql-local; nothing was changed in"
                  + " it, name another one");
        }
        if (!entry.endsWith(OUR_MARK)) {
          FileTrees.delete(entry);
        }
      }
    }
    Files.deleteIfExists(directory.resolve(OUR_MARK));
    return false;
  }

  /**
   * Checks the version: the scripts of every start rely on objects that the first start has made.
   */
  private static void checkRecipe(Path directory) throws IOException {
    String mark = Files.readString(directory.resolve(OUR_MARK)).strip();
    if (!mark.endsWith(recipe())) {
      throw new IOException(
          directory
              + " was made by another version of dsql-local, with other system objects; nothing was"
              + " changed in it, start it with that version or name another directory");
    }
  }

  /** Distinguishes the data directories of different versions of dsql-local. */
  private static String recipe() throws IOException {
    CRC32 checksum = new CRC32();
    String recipe =
        bootstrap() + initdb(Path.of("initdb"), Path.of("data")) + SINGLE_USER + OUR_MARK;
    checksum.update(recipe.getBytes(StandardCharsets.UTF_8));
    return "-" + Long.toHexString(checksum.getValue());
  }

  /** Waits for a server that is shutting down because its JVM has been killed a moment ago. */
  static void awaitPredecessor(Path directory) throws IOException {
    Path file = directory.resolve("postmaster.pid");
    long end = System.nanoTime() + PREDECESSOR_LIMIT.toNanos();
    while (PostmasterFile.read(file)
            .filter(server -> server.stopping() && server.process().isPresent())
            .isPresent()
        && System.nanoTime() < end) {
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedIOException("interrupted while " + directory + " was still in use");
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  private static Path template(
      PostgresBinaries binaries,
      ServerAccount account,
      CacheDirectory cache,
      Consumer<String> progress)
      throws IOException {
    String bootstrap = bootstrap();
    String identity = binaries.identity() + recipe();
    Path template = cache.path().resolve("template-" + identity);
    if (!Files.isDirectory(template)) {
      cache.locked(
          "template",
          () -> {
            if (!Files.isDirectory(template)) {
              progress.accept("Preparing a data directory in " + template + " (once)");
              prepare(template, identity, bootstrap, binaries, account);
            }
            return template;
          });
    }
    return template;
  }

  private static void prepare(
      Path template,
      String identity,
      String bootstrap,
      PostgresBinaries binaries,
      ServerAccount account)
      throws IOException {
    Path unfinished = template.resolveSibling(template.getFileName() + ".unfinished");
    FileTrees.delete(unfinished);
    Files.createDirectories(unfinished);
    closeToOthers(unfinished);
    UserPrincipal ours = Files.getOwner(unfinished);
    account.own(unfinished);
    List<String> initdb = initdb(binaries.program("initdb"), unfinished);
    NamelessAccount.run(binaries, account, unfinished, initdb, "");
    List<String> singleUser = new ArrayList<>();
    singleUser.add(binaries.program("postgres").toString());
    singleUser.addAll(SINGLE_USER);
    singleUser.addAll(List.of("-D", unfinished.toString(), "postgres"));
    String output = NamelessAccount.run(binaries, account, unfinished, singleUser, bootstrap);
    // A single-user PostgreSQL ends with code 0 even if its statements fail.
    List<String> errors =
        output.lines().filter(line -> line.contains("ERROR:") || line.contains("FATAL:")).toList();
    if (!errors.isEmpty()) {
      throw new IOException("bootstrap.sql failed:\n" + String.join("\n", errors));
    }
    // All later clusters are copies of the template, so none of them may change it.
    account.disown(unfinished, ours);
    Files.writeString(unfinished.resolve(OUR_MARK), identity + "\n");
    try {
      Files.move(unfinished, template, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(unfinished, template);
    }
  }

  private static List<String> initdb(Path program, Path directory) {
    List<String> command = new ArrayList<>();
    command.add(program.toString());
    command.addAll(List.of("-D", directory.toString(), "-U", SUPERUSER));
    // SocketAccess writes rules for each server; without them, no client gets in.
    command.add("--auth=reject");
    // Aurora DSQL: encoding UTF8, collation C, time zone UTC.
    command.addAll(List.of("-E", "UTF8", "--locale=C", "-c", "timezone=UTC"));
    // The service has no other text search configuration.
    command.add("--text-search-config=simple");
    // Small segments: the write-ahead log is the largest part of the copy.
    command.addAll(List.of("--wal-segsize=1", "--no-sync"));
    return command;
  }

  private static void closeToOthers(Path directory) throws IOException {
    if (!Platform.isWindows()) {
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }
  }

  private static String bootstrap() throws IOException {
    return resource("bootstrap.sql") + "\n" + resource("tools.sql");
  }

  private static String resource(String name) throws IOException {
    try (InputStream sql = DataDirectory.class.getResourceAsStream(name)) {
      if (sql == null) {
        throw new IOException(name + " is missing from dsql-local's jar");
      }
      return new String(sql.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
