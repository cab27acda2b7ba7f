package io.github.dsqljava;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Checks host names. The name is sent as the TLS server name (SNI), for which RFC 6066 section 3
 * allows host names only: no addresses and no trailing dot.
 */
final class HostName {

  private static final int MAX_LENGTH = 253;
  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
  private static final Pattern NUMBER = Pattern.compile("[0-9]+|0x[0-9a-f]*");

  private HostName() {}

  /**
   * Returns the name in lower case.
   *
   * @throws IllegalArgumentException with the problem and the remedy, as the end of a sentence that
   *     the caller begins with the source of the name
   */
  static String check(String given) {
    String name = given.toLowerCase(Locale.ROOT);
    if (name.isBlank()) {
      throw new IllegalArgumentException("is blank; give the cluster's host name");
    }
    if (name.contains("/")) {
      throw refused(name, "no host name; leave out the scheme (https://) and the path");
    }
    String[] labels = name.split("\\.", -1);
    if (name.startsWith("[")
        || name.indexOf(':') != name.lastIndexOf(':')
        || NUMBER.matcher(labels[labels.length - 1]).matches()) {
      throw refused(
          name,
          "an IP address; give a host name, because Aurora DSQL finds the cluster by the name in the"
              + " TLS handshake (SNI) and an address cannot be sent there");
    }
    if (name.contains(":")) {
      throw refused(name, "not a host name alone; give the port as the setting port");
    }
    if (name.endsWith(".")) {
      throw refused(
          name,
          "a name that ends in a dot; leave the dot out, because neither the TLS server name nor the"
              + " token has it");
    }
    for (String label : labels) {
      if (!LABEL.matcher(label).matches()) {
        throw refused(
            name,
            "no host name; use letters, digits, hyphens and dots"
                + " (write an international name in its xn-- form)");
      }
    }
    if (name.length() > MAX_LENGTH) {
      throw refused(name, "longer than a host name can be (253 characters)");
    }
    return name;
  }

  private static IllegalArgumentException refused(String name, String problem) {
    return new IllegalArgumentException("is \"" + name + "\", " + problem);
  }
}
