/**
 * The differences between the SQL of Aurora DSQL and of PostgreSQL 16, as far as the text of a
 * statement tells: its kind, the service's refusal, and the text that PostgreSQL runs in its place;
 * and the rules for which statements may share a transaction.
 *
 * <p>It does not judge what PostgreSQL's catalog shows after the statement: types, defaults,
 * numbers of columns and of indexes. Pure functions and one state machine, without I/O.
 */
@NullMarked
package io.github.dsqljava.local.dialect;

import org.jspecify.annotations.NullMarked;
