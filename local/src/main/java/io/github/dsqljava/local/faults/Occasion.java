package io.github.dsqljava.local.faults;

import io.github.dsqljava.local.faults.Fault.Trigger;
import io.github.dsqljava.local.sql.TableName;
import java.util.Set;

/**
 * Where a fault may strike.
 *
 * @param autocommits whether a statement commits by itself what it changes
 * @param changed the tables that would be committed
 */
record Occasion(Trigger trigger, boolean autocommits, Set<TableName> changed) {
  static Occasion of(Trigger trigger) {
    return new Occasion(trigger, /* autocommits= */ false, Set.of());
  }
}
