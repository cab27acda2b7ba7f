/** Which transactions conflict: the rules of Aurora DSQL's optimistic concurrency. */
@NullMarked
package io.github.dsqljava.local.occ;

import org.jspecify.annotations.NullMarked;
