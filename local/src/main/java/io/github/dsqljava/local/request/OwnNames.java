package io.github.dsqljava.local.request;

import io.github.dsqljava.local.protocol.OwnScript;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * The names of dsql-local's own prepared statements and portals in one session. They are random, so
 * that no client uses one by chance. A client can find some of them in PostgreSQL's views, so a
 * name that the session recognises is used only once.
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

  /** Returns the script that runs dsql-local's own statements. */
  public OwnScript script() {
    return new OwnScript(prefix + "own");
  }

  /**
   * Returns a new name that no prepared statement has, so that its use fails. It differs each time,
   * because a client can read the text that contains it and could use it before the next failure.
   */
  public String missing() {
    return randomPrefix() + "missing";
  }

  /** Returns the name for a trial preparation of a client's statement. */
  public String trial() {
    return prefix + "trial";
  }

  /** Returns the name of the counterpart on shadows of the statement that a message binds. */
  public String shadow(int message) {
    return prefix + "shadow" + message;
  }
}
