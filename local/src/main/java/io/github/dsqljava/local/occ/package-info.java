/** The rules of Aurora DSQL's optimistic concurrency: which transactions conflict, and who wins. */
@NullMarked
package io.github.dsqljava.local.occ;

import org.jspecify.annotations.NullMarked;
