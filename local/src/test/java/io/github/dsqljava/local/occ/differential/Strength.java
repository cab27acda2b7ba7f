package io.github.dsqljava.local.occ.differential;

/** The columns of the service's table of conflicts, from weak to strong. */
enum Strength {
  KEY_SHARE,
  NO_KEY_UPDATE,
  UPDATE;

  boolean conflictsWith(Strength other) {
    return this == UPDATE || other == UPDATE || (this == NO_KEY_UPDATE && other == NO_KEY_UPDATE);
  }

  Strength or(Strength other) {
    return compareTo(other) >= 0 ? this : other;
  }
}
