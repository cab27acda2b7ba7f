package io.github.dsqljava.local.faults;

import io.github.dsqljava.local.faults.Fault.Trigger;
import io.github.dsqljava.local.sql.TableName;
import java.util.Set;

/**
 * A moment at which a fault may strike.
 *
 * @param autocommits whether a statement commits its own changes
 * @param changed the tables whose changes are about to be committed
 */
record Occasion(Trigger trigger, boolean autocommits, Set<TableName> changed) {
  static Occasion of(Trigger trigger) {
    return new Occasion(trigger, /* autocommits= */ false, Set.of());
  }
}
