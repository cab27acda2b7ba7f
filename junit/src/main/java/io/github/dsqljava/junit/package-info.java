/**
 * A JUnit extension for dsql-local: {@link io.github.dsqljava.junit.DsqlLocalTest} gives a test
 * class a cluster, and its methods what they ask for.
 */
@NullMarked
package io.github.dsqljava.junit;

import org.jspecify.annotations.NullMarked;
