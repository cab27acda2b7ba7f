package io.github.dsqljava.local.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.CRC32;

/**
 * Makes PostgreSQL data directories that look like a new Aurora DSQL cluster.
 *
 * <p>{@code initdb} takes most of a second, copying its result a fifth of that. So the first start
 * prepares a template in the cache, with the roles, the {@code sys} schema and everything else of
 * {@code bootstrap.sql}, and every start copies it.
 */
final class DataDirectory {
  /** The role that owns the system objects; clients cannot log in as it. */
  static final String SUPERUSER = PostgresServer.SYSTEM_ROLE;

  private static final String MAJOR_VERSION = "16";
  private static final String VERSION_FILE = "PG_VERSION";

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
    Files.createDirectories(target);
    account.own(target);
    closeToOthers(target);
    FileTrees.copy(template, target, VERSION_FILE, account);
  }

  /** Checks that a directory the user named is one of ours, or empty. */
  static boolean isPresent(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return false;
    }
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
      return true;
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      if (entries.iterator().hasNext()) {
        throw new IOException(
            directory
                + " is neither empty nor a data directory of dsql-local; nothing was changed in it,"
                + " name another one");
      }
    }
    return false;
  }

  private static Path template(
      PostgresBinaries binaries,
      ServerAccount account,
      CacheDirectory cache,
      Consumer<String> progress)
      throws IOException {
    String bootstrap = bootstrap();
    CRC32 checksum = new CRC32();
    checksum.update(bootstrap.getBytes(StandardCharsets.UTF_8));
    Path template =
        cache
            .path()
            .resolve(
                "template-" + binaries.identity() + "-" + Long.toHexString(checksum.getValue()));
    if (!Files.isDirectory(template)) {
      cache.locked(
          "template",
          () -> {
            if (!Files.isDirectory(template)) {
              progress.accept("Preparing a data directory in " + template + " (once)");
              prepare(template, bootstrap, binaries, account);
            }
            return template;
          });
    }
    return template;
  }

  private static void prepare(
      Path template, String bootstrap, PostgresBinaries binaries, ServerAccount account)
      throws IOException {
    Path unfinished = template.resolveSibling(template.getFileName() + ".unfinished");
    FileTrees.delete(unfinished);
    Files.createDirectories(unfinished);
    account.own(unfinished);
    closeToOthers(unfinished);
    ServerProgram.run(binaries, account, initdb(binaries, unfinished), "");
    String output =
        ServerProgram.run(
            binaries,
            account,
            List.of(
                binaries.program("postgres").toString(),
                "--single",
                "-j",
                "-F",
                "-O",
                "-D",
                unfinished.toString(),
                "postgres"),
            bootstrap);
    // A single-user PostgreSQL ends with code 0 whatever its statements did.
    List<String> errors =
        output.lines().filter(line -> line.contains("ERROR:") || line.contains("FATAL:")).toList();
    if (!errors.isEmpty()) {
      throw new IOException("bootstrap.sql failed:\n" + String.join("\n", errors));
    }
    try {
      Files.move(unfinished, template, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(unfinished, template);
    }
  }

  private static List<String> initdb(PostgresBinaries binaries, Path directory) {
    List<String> command = new ArrayList<>();
    command.add(binaries.program("initdb").toString());
    command.addAll(List.of("-D", directory.toString(), "-U", SUPERUSER));
    // Whoever may open the socket's directory is trusted; no TCP port is opened.
    command.add("--auth=trust");
    // Aurora DSQL: encoding UTF8, collation C, time zone UTC.
    command.addAll(List.of("-E", "UTF8", "--locale=C", "-c", "timezone=UTC"));
    // Small segments: the write-ahead log is most of what a start copies.
    command.addAll(List.of("--wal-segsize=1", "--no-sync"));
    return command;
  }

  private static void closeToOthers(Path directory) throws IOException {
    if (!Platform.isWindows()) {
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }
  }

  private static String bootstrap() throws IOException {
    try (InputStream sql = DataDirectory.class.getResourceAsStream("bootstrap.sql")) {
      if (sql == null) {
        throw new IOException("bootstrap.sql is missing from dsql-local's jar");
      }
      return new String(sql.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
