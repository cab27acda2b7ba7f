/** The local cluster as a program: {@code java -jar dsql-local.jar}. */
@NullMarked
package io.github.dsqljava.local.cli;

import org.jspecify.annotations.NullMarked;
