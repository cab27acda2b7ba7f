package io.github.dsqljava.local.occ.differential;

import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Tables that one history works on, and what it may do to them.
 *
 * @param feature has to be on for this schema to be used
 * @param ddl the same for dsql-local and for PostgreSQL, run as admin
 * @param ddlOfDave what the role dave adds
 * @param tables parents before their children
 * @param rows what they hold at first: the writable columns of each row
 * @param hot whose few rows everybody changes, so that transactions meet
 * @param roles who the sessions log in as, by turns
 */
record Schema(
    String name,
    Feature feature,
    List<String> ddl,
    List<String> ddlOfDave,
    List<Table> tables,
    Function<Dice, Map<Table, List<List<String>>>> rows,
    Table hot,
    List<Maker> makers,
    List<String> roles) {

  @Override
  public String toString() {
    return name;
  }
}
