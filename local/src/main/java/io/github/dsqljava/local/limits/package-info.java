/** How much a cluster takes, and the time by which it judges what has become too old. */
@NullMarked
package io.github.dsqljava.local.limits;

import org.jspecify.annotations.NullMarked;
