/** What a local cluster has seen: statements with their answers, and refused logins. */
@NullMarked
package io.github.dsqljava.local.journal;

import org.jspecify.annotations.NullMarked;
