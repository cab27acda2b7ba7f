package io.github.dsqljava.local.request;

import io.github.dsqljava.local.protocol.OwnScript;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * The names of prepared statements and portals that are not the client's, in one session. Random,
 * so that no client uses one by chance. A client can find some of them in PostgreSQL's views; what
 * tells the session something is a name that is used once.
 */
public final class OwnNames {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int BYTES = 12;

  private final String prefix;

  private OwnNames(String prefix) {
    this.prefix = prefix;
  }

  /** Returns names for a new session. */
  public static OwnNames random() {
    return new OwnNames(randomPrefix());
  }

  private static String randomPrefix() {
    byte[] secret = new byte[BYTES];
    RANDOM.nextBytes(secret);
    return "dsql$" + HexFormat.of().formatHex(secret) + "$";
  }

  /** Returns what runs statements that are not the client's. */
  public OwnScript script() {
    return new OwnScript(prefix + "own");
  }

  /**
   * Returns a name of which no prepared statement is ever made: using it fails. Another one each
   * time, because a client can read the text that it stands in, and could use it before the next
   * failure.
   */
  public String missing() {
    return randomPrefix() + "missing";
  }

  /** Returns the name under which a client's statement is prepared to see whether that works. */
  public String trial() {
    return prefix + "trial";
  }

  /** Returns the name of the counterpart on shadows of the statement that a message binds. */
  public String shadow(int message) {
    return prefix + "shadow" + message;
  }
}
