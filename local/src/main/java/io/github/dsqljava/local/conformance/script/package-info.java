/**
 * The questions to a cluster: scripts of statements with the expected answers, and the table of
 * docs/fidelity.md that they prove.
 */
@NullMarked
package io.github.dsqljava.local.conformance.script;

import org.jspecify.annotations.NullMarked;
