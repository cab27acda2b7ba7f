package io.github.dsqljava.local.occ;

/**
 * A row, identified for as long as two transactions may conflict over it.
 *
 * @param table number of the table
 * @param place the bytes of its primary key in hexadecimal digits; without a primary key, the place
 *     of the version that the transaction's snapshot shows
 */
public record RowId(long table, String place) {}
