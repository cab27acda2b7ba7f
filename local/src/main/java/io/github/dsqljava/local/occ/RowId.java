package io.github.dsqljava.local.occ;

/**
 * A row, by what stays the same as long as two transactions may conflict over it.
 *
 * @param table number of the table
 * @param place where the version stands that the transaction's snapshot shows
 */
public record RowId(long table, String place) {}
