package io.github.dsqljava.local.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;

/**
 * Lets only processes of this JVM's own account log in through PostgreSQL's Unix socket, as any
 * role.
 *
 * <p>PostgreSQL asks the system for the account at the other end (peer authentication). Where this
 * JVM is root, that keeps out the other processes of the account that PostgreSQL runs as. Windows
 * cannot tell the account, and no system can for one without a name. There only the directory of
 * the socket keeps others out.
 */
final class SocketAccess {
  private static final String RULES = "hba.conf";
  private static final String ACCOUNTS = "ident.conf";

  private SocketAccess() {}

  /**
   * Writes the rules of one server into its temporary directory, which may be younger than its
   * data.
   *
   * @return the settings that make PostgreSQL read them
   */
  static List<String> write(InstanceDirectory instance, ServerAccount account) throws IOException {
    Path accounts = Files.writeString(instance.path().resolve(ACCOUNTS), "");
    // The owner of a new file is this JVM's account, even if the system property user.name differs.
    String ours = Files.getOwner(accounts, LinkOption.NOFOLLOW_LINKS).getName();
    Files.writeString(accounts, "jvm \"" + ours + "\" all\n");
    String method = cannotTell(accounts) ? "trust" : "peer map=jvm";
    Path rules =
        Files.writeString(instance.path().resolve(RULES), "local all all " + method + "\n");
    account.own(accounts);
    account.own(rules);
    return List.of("hba_file=" + rules, "ident_file=" + accounts);
  }

  private static boolean cannotTell(Path own) throws IOException {
    return Platform.isWindows() || NamelessAccount.owns(own);
  }
}
