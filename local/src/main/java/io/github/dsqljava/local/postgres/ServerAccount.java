package io.github.dsqljava.local.postgres;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileOwnerAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The operating-system account PostgreSQL runs as.
 *
 * <p>PostgreSQL refuses to run as root. Where this JVM is root, as in most containers, its programs
 * start as {@code nobody} through the first of {@code setpriv}, {@code runuser} and {@code su} that
 * the system has; none of them needs a user namespace. Everywhere else they run as the JVM's own
 * user.
 */
final class ServerAccount {
  private static final String UNPRIVILEGED = "nobody";
  private static final List<String> PROGRAM_DIRECTORIES =
      List.of("/usr/bin", "/bin", "/usr/sbin", "/sbin");

  /** Programs that start another one as another user, best first. */
  static final List<String> SWITCHES = List.of("setpriv", "runuser", "su");

  private final @Nullable UserPrincipal owner;
  private final UnaryOperator<List<String>> switched;

  private ServerAccount(@Nullable UserPrincipal owner, UnaryOperator<List<String>> switched) {
    this.owner = owner;
    this.switched = switched;
  }

  static ServerAccount detect() throws IOException {
    return detect(SWITCHES);
  }

  /** Considers only some of {@link #SWITCHES}. */
  static ServerAccount detect(List<String> switches) throws IOException {
    return isRoot()
        ? new ServerAccount(lookUp(), dropPrivileges(switches))
        : new ServerAccount(null, command -> command);
  }

  private static boolean isRoot() {
    // The JDK offers no getuid(); the owner of this process's /proc entry is its effective user.
    if (Platform.isWindows()) {
      return false;
    }
    try {
      Path self = Path.of("/proc/self");
      if (Files.exists(self)) {
        return (int) Files.getAttribute(self, "unix:uid") == 0;
      }
    } catch (IOException | UnsupportedOperationException e) {
      // fall through to the name
    }
    return "root".equals(System.getProperty("user.name"));
  }

  private static UserPrincipal lookUp() throws IOException {
    try {
      return FileSystems.getDefault()
          .getUserPrincipalLookupService()
          .lookupPrincipalByName(UNPRIVILEGED);
    } catch (UserPrincipalNotFoundException e) {
      throw new IOException(
          "PostgreSQL does not run as root, and the account '"
              + UNPRIVILEGED
              + "' it would run as does not exist; add it, or start the JVM as a normal user",
          e);
    }
  }

  private static UnaryOperator<List<String>> dropPrivileges(List<String> switches)
      throws IOException {
    for (String name : switches) {
      Path program = findProgram(name);
      // BusyBox has a setpriv without these options.
      if (program == null || (name.equals("setpriv") && isBusyBox(program))) {
        continue;
      }
      if (name.equals("su")) {
        // All kinds of su agree only on a single command line.
        return command ->
            List.of(
                program.toString(), "-s", "/bin/sh", "-c", "exec " + quoted(command), UNPRIVILEGED);
      }
      List<String> prefix =
          name.equals("setpriv")
              ? List.of("--reuid=" + UNPRIVILEGED, "--regid=" + groupId(), "--clear-groups", "--")
              : List.of("-u", UNPRIVILEGED, "--");
      return command -> {
        List<String> whole = new ArrayList<>();
        whole.add(program.toString());
        whole.addAll(prefix);
        whole.addAll(command);
        return whole;
      };
    }
    throw new IOException(
        "PostgreSQL does not run as root, and none of "
            + String.join(", ", switches)
            + " is in "
            + PROGRAM_DIRECTORIES
            + "; install util-linux, or start the JVM as a normal user");
  }

  private static String quoted(List<String> command) {
    return command.stream()
        .map(word -> "'" + word.replace("'", "'\\''") + "'")
        .collect(Collectors.joining(" "));
  }

  /** The account's primary group is called nogroup on some systems and nobody on others. */
  private static String groupId() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/etc/passwd"), StandardCharsets.ISO_8859_1)) {
      return lines
          .map(line -> line.split(":", -1))
          .filter(fields -> fields.length > 3 && fields[0].equals(UNPRIVILEGED))
          .map(fields -> fields[3])
          .findFirst()
          .orElse("65534");
    }
  }

  private static boolean isBusyBox(Path program) throws IOException {
    return program.toRealPath().getFileName().toString().startsWith("busybox");
  }

  /** Returns the path of a system program, without regard to PATH; null if it is missing. */
  static @Nullable Path findProgram(String program) {
    for (String directory : PROGRAM_DIRECTORIES) {
      Path candidate = Path.of(directory, program);
      if (Files.isExecutable(candidate)) {
        return candidate;
      }
    }
    return null;
  }

  /** Whether the account differs from the JVM's own. */
  boolean isSwitched() {
    return owner != null;
  }

  List<String> command(List<String> command) {
    return switched.apply(command);
  }

  /** Makes the account the owner of one file or directory; a link is not followed. */
  void own(Path path) throws IOException {
    if (owner != null) {
      setOwner(path, owner);
    }
  }

  private static void setOwner(Path path, UserPrincipal owner) throws IOException {
    Files.getFileAttributeView(path, FileOwnerAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        .setOwner(owner);
  }

  /**
   * Takes a tree away from the account, which can change nothing in it from then on. The
   * directories above it have to be closed to the account.
   *
   * @throws IOException if it holds anything but files and directories, which only the account can
   *     have put there
   */
  void disown(Path tree, UserPrincipal newOwner) throws IOException {
    if (owner == null) {
      return;
    }
    // Top down: the account cannot change anything below a directory that it has lost.
    Files.walkFileTree(
        tree,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
              throws IOException {
            setOwner(directory, newOwner);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            setOwner(file, newOwner);
            checkIsOurs(file);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /**
   * Fails if the account could have written a file that root is about to read. Where the JVM is not
   * root, the account has no fewer rights than the JVM.
   */
  void checkIsOurs(Path file) throws IOException {
    if (owner == null) {
      return;
    }
    PosixFileAttributes attributes =
        Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    boolean plain = attributes.isRegularFile() || attributes.isDirectory();
    if (!plain || attributes.owner().equals(owner)) {
      throw new IOException(
          file
              + " is not what dsql-local has put there: "
              + (plain ? "it belongs to '" + UNPRIVILEGED + "'" : "it is no file")
              + "; delete the directory that it is in, it is made again");
    }
  }

  /** Fails, naming the directory at fault, if the account may not reach {@code path}. */
  void checkCanReach(Path path) throws IOException {
    if (owner == null) {
      return;
    }
    for (Path p = path.toAbsolutePath().normalize(); p != null; p = p.getParent()) {
      PosixFileAttributes attributes = Files.readAttributes(p, PosixFileAttributes.class);
      if (!attributes.owner().equals(owner)
          && !attributes.permissions().contains(PosixFilePermission.OTHERS_EXECUTE)) {
        throw new IOException(
            "this JVM is root, so PostgreSQL runs as '"
                + UNPRIVILEGED
                + "', which may not enter "
                + p
                + "; choose a directory that every user may enter instead of "
                + path);
      }
    }
  }
}
