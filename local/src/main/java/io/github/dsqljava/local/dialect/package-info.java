/**
 * Where the SQL of Aurora DSQL differs from that of PostgreSQL 16, as far as the text of a
 * statement tells: what a statement is, in which words the service refuses it, and what PostgreSQL
 * is to run in its place; and the rules for which statements may share a transaction.
 *
 * <p>What PostgreSQL's catalog shows after the statement ran - types, defaults, numbers of columns
 * and of indexes - is not decided here. Pure functions and one state machine, without I/O.
 */
@NullMarked
package io.github.dsqljava.local.dialect;

import org.jspecify.annotations.NullMarked;
