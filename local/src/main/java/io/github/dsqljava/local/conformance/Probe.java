package io.github.dsqljava.local.conformance;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * A question to a cluster that is not SQL.
 *
 * @param needsToken whether it needs logins with tokens, not a password
 */
record Probe(boolean needsToken, Asking asking) {
  /** Asks, and returns the answer in one line. */
  interface Asking {
    String ask(ProbeScene scene) throws IOException;
  }

  /** All probes by their names, as scripts have them. */
  static Map<String, Probe> catalogue() {
    Map<String, Probe> all = new TreeMap<>();
    all.putAll(LoginProbes.all());
    all.putAll(MessageProbes.all());
    return all;
  }
}
