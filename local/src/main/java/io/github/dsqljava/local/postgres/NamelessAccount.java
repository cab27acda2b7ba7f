package io.github.dsqljava.local.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A user id without an entry in the system's list of accounts, as containers have that are started
 * with any number. PostgreSQL's server runs with it. But initdb and the single-user mode, which
 * make the template, need the name of their account. They get one in a user namespace, where the
 * system allows that.
 */
final class NamelessAccount {
  private static final String PREFIX = "unix:";
  private static final String NOBODY = "65534";

  private NamelessAccount() {}

  /** Whether the owner of a file that this process has made has no name. */
  static boolean owns(Path file) throws IOException {
    if (Platform.isWindows()) {
      return false;
    }
    // The JDK calls an account without a name by its number.
    return Files.getOwner(file, LinkOption.NOFOLLOW_LINKS).getName().equals(userId(file));
  }

  private static String userId(Path file) throws IOException {
    return String.valueOf(Files.getAttribute(file, PREFIX + "uid", LinkOption.NOFOLLOW_LINKS));
  }

  /** Runs a program that asks for the name of its account. */
  static String run(
      PostgresBinaries binaries,
      ServerAccount account,
      Path own,
      List<String> command,
      String input)
      throws IOException {
    if (account.isSwitched() || !owns(own)) {
      return ServerProgram.run(binaries, account, command, input);
    }
    Path unshare = ServerAccount.findProgram("unshare");
    if (unshare == null) {
      throw new IOException(noName(own));
    }
    List<String> whole = new ArrayList<>();
    whole.add(unshare.toString());
    whole.addAll(List.of("--user", "--map-user=" + NOBODY, "--map-group=" + NOBODY, "--"));
    whole.addAll(command);
    try {
      return ServerProgram.run(binaries, account, whole, input);
    } catch (IOException e) {
      throw new IOException(noName(own) + ": " + e.getMessage(), e);
    }
  }

  private static String noName(Path own) throws IOException {
    return "this process has the user id "
        + userId(own)
        + ", which is in no list of accounts; PostgreSQL's initdb needs a name, and no user"
        + " namespace can give it one here. Add a line to /etc/passwd, or let a user who"
        + " has a name start dsql-local once with this cache directory; copied with its owner"
        + " changed, it serves every user id";
  }
}
