package io.github.dsqljava.local.occ;

/**
 * A transaction's action on a row, as a lock strength, from weak to strong.
 *
 * <p>Aurora DSQL User Guide, "Concurrency control", has the table of conflicts.
 */
public enum RowStrength {
  /** {@code FOR KEY SHARE}, also by a foreign key that points to the row. */
  KEY_SHARE,
  /** {@code UPDATE} of columns that belong to no key. */
  NO_KEY_UPDATE,
  /** {@code INSERT}, {@code DELETE}, {@code UPDATE} of a key, {@code FOR UPDATE}. */
  UPDATE;

  /** Whether only one of two concurrent transactions with these strengths may commit. */
  public boolean conflictsWith(RowStrength other) {
    RowStrength weaker = compareTo(other) < 0 ? this : other;
    RowStrength stronger = weaker == this ? other : this;
    return switch (weaker) {
      case KEY_SHARE -> stronger == UPDATE;
      case NO_KEY_UPDATE, UPDATE -> true;
    };
  }

  /** The one that excludes more. */
  public static RowStrength stronger(RowStrength one, RowStrength other) {
    return one.compareTo(other) >= 0 ? one : other;
  }
}
