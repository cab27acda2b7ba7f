package io.github.dsqljava.local.request;

import io.github.dsqljava.local.protocol.OwnScript;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * The names of prepared statements and portals that are not the client's, in one session. Random,
 * so that a client can neither use nor be in the way of one of them.
 */
public final class OwnNames {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int BYTES = 12;

  private final String prefix;

  private OwnNames(String secret) {
    this.prefix = "dsql$" + secret + "$";
  }

  /** Returns names for a new session. */
  public static OwnNames random() {
    byte[] secret = new byte[BYTES];
    RANDOM.nextBytes(secret);
    return new OwnNames(HexFormat.of().formatHex(secret));
  }

  /** Returns what runs statements that are not the client's. */
  public OwnScript script() {
    return new OwnScript(prefix + "own");
  }

  /** Returns a name of which no prepared statement is ever made: using it fails. */
  String missing() {
    return prefix + "missing";
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
