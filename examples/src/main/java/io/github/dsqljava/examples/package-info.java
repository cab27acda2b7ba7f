/** Programs to copy: each runs on a local cluster, or on the one that CLUSTER_ENDPOINT names. */
@NullMarked
package io.github.dsqljava.examples;

import org.jspecify.annotations.NullMarked;
