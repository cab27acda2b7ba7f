/**
 * Figures of a pool for Micrometer. Needs {@code io.micrometer:micrometer-core}, which is optional.
 */
@NullMarked
package io.github.dsqljava.micrometer;

import org.jspecify.annotations.NullMarked;
