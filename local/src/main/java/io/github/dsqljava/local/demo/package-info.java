/** A conflict that people can watch: two sessions of one cluster, step by step. */
@NullMarked
package io.github.dsqljava.local.demo;

import org.jspecify.annotations.NullMarked;
