/** The record of a local cluster: statements with their answers, and refused logins. */
@NullMarked
package io.github.dsqljava.local.journal;

import org.jspecify.annotations.NullMarked;
